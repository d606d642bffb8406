"""What the public file says beside its cells: nothing that its own shown cells do not say."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from conftest import Built
from cvg_warehouse.paths import CONTRACTS, PROJECT
from cvg_warehouse.publication.editions.contents import tables
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


# What is computed from cells: test_following.py computes it again.
FOLLOWING = ("mart_indicator_intervals", "mart_officer_impact", "mart_report_reconciliation")
RULES = tomllib.loads((CONTRACTS / "disclosure.toml").read_text(encoding="utf-8"))
NUMBERS = """
    select table_name, column_name from duckdb_columns()
    where not internal and data_type in ('INTEGER', 'BIGINT', 'DOUBLE')
"""


def test_every_number_of_the_record_is_counted_from_the_cells(
    public: duckdb.DuckDBPyConnection,
) -> None:
    cells = public.execute("select reporting_year, status from mart_indicators").fetchall()
    years = [year for year, _ in cells]
    counted = {
        "first_year": min(years),
        "last_year": max(years),
        "cells": len(cells),
        "masked_cells": [status for _, status in cells].count("masked"),
        # No edition with another number is ever published, and the rules say what is rounded.
        "recoverable_cells": 0,
        "rounding": RULES.get("rounding", 1),
    }
    numbers = [name for table, name in public.execute(NUMBERS).fetchall() if table == "edition"]
    said = public.execute(f"select {', '.join(numbers)} from edition").fetchall()
    assert [dict(zip(numbers, row, strict=True)) for row in said] == [counted]


def seeds_of(model: str) -> set[str]:
    """The staging models that a published model is made of in the end."""
    (file,) = (PROJECT / "models").rglob(f"{model}.sql")
    found = set(re.findall(r"ref\('(\w+)'\)", file.read_text(encoding="utf-8")))
    return {
        one for name in found for one in ({name} if name.startswith("stg_") else seeds_of(name))
    }


def test_all_other_numbers_are_of_reference_lists(public: duckdb.DuckDBPyConnection) -> None:
    """Orders, levels and years of the catalogue: the same whatever the exports hold."""
    of_staff = {name for name, table in tables().items() if table.is_internal}
    assert all(public.execute(f"from {table}").fetchall() == [] for table in of_staff)
    computed = {"edition", "mart_indicators", *FOLLOWING, *of_staff}
    others = {table for table, _ in public.execute(NUMBERS).fetchall()} - computed
    assert len(others) > 5
    for table in others:
        assert all(one.startswith("stg_reference__") for one in seeds_of(f"edition__{table}"))
    assert not all(one.startswith("stg_reference__") for one in seeds_of("edition__edition"))
