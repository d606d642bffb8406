"""The numbers of the page of doubts are those of the shipped exports."""

import re

import duckdb
import pytest

from conftest import Built
from cvg_warehouse.paths import PROJECT

PAGE = PROJECT / "docs" / "doubts.md"
QUERY_AND_TABLE = re.compile(r"```sql\n(.*?)^```\n\n((?:\|[^\n]*\n)+)", re.MULTILINE | re.DOTALL)
QUERIES = PAGE.read_text(encoding="utf-8").count("```sql")


def shown(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)


def as_table(query: str, warehouse: duckdb.DuckDBPyConnection) -> str:
    """The result of a query as a table of Markdown."""
    result = warehouse.sql(query)
    lines = [result.columns, ["---"] * len(result.columns), *result.fetchall()]
    return "".join(f"| {' | '.join(map(shown, line))} |\n" for line in lines)


@pytest.mark.parametrize("place", range(QUERIES))
def test_the_table_is_what_its_query_gives(built: Built, place: int) -> None:
    query, table = QUERY_AND_TABLE.findall(PAGE.read_text(encoding="utf-8"))[place]
    with duckdb.connect(str(built.warehouse), read_only=True) as warehouse:
        assert table == as_table(query, warehouse)


def test_every_doubt_has_its_numbers() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert QUERIES == page.count("\n## ") == len(QUERY_AND_TABLE.findall(page)) > 0
