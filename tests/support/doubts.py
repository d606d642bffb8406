"""The page of doubts: each of its queries is followed by its result on the shipped exports.

python -m tests.support.doubts      # after the exports or a rule has changed, and a build
"""

import re
from pathlib import Path

import duckdb

from cvg_warehouse.paths import PROJECT, warehouse_file

PAGE = PROJECT / "docs" / "doubts.md"
QUERY_AND_TABLE = re.compile(r"(```sql\n(.*?)^```\n\n)((?:\|[^\n]*\n)*)", re.MULTILINE | re.DOTALL)


def brought_up_to_date(page: str, warehouse: Path) -> str:
    """The page with the results that its queries have in a warehouse."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return QUERY_AND_TABLE.sub(
            lambda found: found[1] + _as_table(connection.sql(found[2])), page
        )


def _as_table(result: duckdb.DuckDBPyRelation) -> str:
    lines = [result.columns, ["---"] * len(result.columns), *result.fetchall()]
    return "".join(f"| {' | '.join(map(_shown, line))} |\n" for line in lines)


def _shown(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)


if __name__ == "__main__":
    PAGE.write_text(
        brought_up_to_date(PAGE.read_text(encoding="utf-8"), warehouse_file()), encoding="utf-8"
    )
