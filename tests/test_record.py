"""What the public file says beside its cells: nothing that its own shown cells do not say."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from conftest import Built
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer

# Whoever is named in a row of these printed tables is a partner.
TABLES_OF_PARTNERS = ("T02_partenaires_emploi", "T04_partenaires_logement")
TEXTS = """
    select table_name, column_name from duckdb_columns()
    where not internal and data_type = 'VARCHAR'
"""


@pytest.fixture(scope="module")
def public(editions: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    file = edition_file(editions, read_pointer(editions).edition, "public")
    with duckdb.connect(file, read_only=True) as connection:
        yield connection


def test_no_partner_is_named_anywhere(built: Built, public: duckdb.DuckDBPyConnection) -> None:
    printed = (
        "select distinct row_label from report_figures "
        f"where table_id in {TABLES_OF_PARTNERS} and row_label != 'Total'"
    )
    counted = "select distinct partner from fct_partner_action_partners where partner is not null"
    names = {name.casefold() for (name,) in built.query(f"{printed} union {counted}")}
    assert len(names) > 50
    held = {
        (table, part.casefold())
        for table, column in public.execute(TEXTS).fetchall()
        for (text,) in public.execute(
            f"select distinct {column} from {table} where {column} is not null"
        ).fetchall()
        for part in re.split(r" x |\|", text)
    }
    assert {table for table, part in held if part in names} == set()
