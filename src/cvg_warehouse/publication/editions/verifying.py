"""Checks the file of an edition in full: every byte, every table, every row."""

from functools import cache
from pathlib import Path

import duckdb
from jinja2 import Environment, StrictUndefined

from cvg_warehouse.files import checksum_of
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.publication.disclosure.rules import load_rules
from cvg_warehouse.publication.editions.contents import PREFIX, tables
from cvg_warehouse.publication.editions.reading import open_locked
from cvg_warehouse.terminal import Refusal, shown

CHECKS = PROJECT / "tests" / "published"
"""Data tests of the published models, which hold in every file of an edition, too."""
OTHER_OBJECTS = """
    select 'view' from duckdb_views() where not internal
    union all select 'function' from duckdb_functions() where not internal
    union all select 'sequence' from duckdb_sequences()
    union all select 'type' from duckdb_types() where not internal
    union all select 'index' from duckdb_indexes()
    union all select 'schema' from duckdb_schemas() where not internal and schema_name != 'main'
"""
# What no row may be in the edition of one audience: name of the fault -> query for the rows.
FAULTS_OF_PUBLIC = {
    "counts of people under {least}": """
        from people
        where numerator between 1 and {least} - 1 or denominator between 1 and {least} - 1
    """,
    "counts of people that are not multiples of {base}": """
        from people where numerator % {base} != 0 or denominator % {base} != 0
    """,
    "rates of everybody": """
        from people where unit = 'people' and denominator > 0 and numerator = denominator
    """,
    "comparisons computed from counts of territories": """
        from mart_officer_impact
        where coalesce(adjusted_ratio, adjusted_ratio_lower, adjusted_ratio_upper) is not null
    """,
    "records with a cell that could be computed": """
        from edition where recoverable_cells is distinct from 0
    """,
}
FAULTS_OF_INTERNAL = {
    "masked cells": "from mart_indicators where status = 'masked'",
}


@cache
def checks() -> dict[str, str]:
    """Queries for rows that no edition may have, by the name of the fault.

    They are dbt's data tests of the published models: each reads the tables of the file instead.
    """
    environment = Environment(undefined=StrictUndefined, autoescape=False)
    found = {
        file.stem.replace("_", " "): environment.from_string(
            file.read_text(encoding="utf-8")
        ).render(ref=lambda model: model.removeprefix(PREFIX))
        for file in sorted(CHECKS.glob("*.sql"))
    }
    if not found:
        raise Refusal("tests/published: there is no check of an edition; restore the folder")
    return found


def faults_of(file: Path, edition: str, audience: str, checksum: str | None = None) -> list[str]:
    """What is wrong with an edition's file, one line each; nothing when all is well.

    `checksum` is the one that was noted when the file was published.
    """
    if not file.is_file():
        return [f"{shown(file)}: the file is missing"]
    faults = []
    if checksum and checksum_of(file) != checksum:
        faults.append("is not as it was published: its checksum differs")
    try:
        with open_locked(file) as connection:
            faults += _faults_of_tables(connection) or _faults_of_rows(
                connection, edition, audience
            )
    except (Refusal, duckdb.Error):
        faults.append("cannot be read as a DuckDB file of this version")
    return [f"{shown(file)}: {fault}" for fault in faults]


def _faults_of_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where not internal "
        "order by table_name, column_index"
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    others = connection.execute(OTHER_OBJECTS).fetchall()
    wanted = tables()
    return [
        *(f"the {kind} is not of an edition" for (kind,) in others),
        *(f"the table {table} is not of an edition" for table in found.keys() - wanted.keys()),
        *(f"the table {table} is missing" for table in wanted.keys() - found.keys()),
        *(
            f"the table {table} has other columns than an edition's"
            for table in wanted.keys() & found.keys()
            if list(found[table].items()) != list(wanted[table].columns.items())
        ),
    ]


def _faults_of_rows(
    connection: duckdb.DuckDBPyConnection, edition: str, audience: str
) -> list[str]:
    def count(query: str) -> int:
        return connection.execute(f"select count(*) from ({query})").fetchall()[0][0]

    rules = load_rules()
    numbers = {"least": rules.rounding.least, "base": rules.rounding.base}
    exact = ", ".join(f"'{unit}'" for unit in sorted(rules.shown_exactly))
    connection.execute(f"""
        create or replace temp view people as
        select cells.*, indicators.counting_unit as unit
        from mart_indicators as cells
        inner join indicators using (indicator_id)
        where indicators.counting_unit not in ({exact})
    """)
    queries = checks() | (FAULTS_OF_PUBLIC if audience == "public" else FAULTS_OF_INTERNAL)
    faults = [
        f"{number:,} {fault.format(**numbers)}"
        for fault, query in queries.items()
        if (number := count(query.format(**numbers)))
    ]
    for table, described in tables().items():
        names = ", ".join(described.key)
        if number := count(f"select 1 from {table} group by {names} having count(*) > 1"):
            faults.append(f"{number:,} keys of {table} stand more than once")
        if audience == "public" and described.is_internal and (number := count(f"from {table}")):
            faults.append(f"{number:,} rows of {table}, which is for the internal edition alone")
        for column in described.columns:
            # Every block is read, and DuckDB holds each against its own checksum.
            connection.execute(f"select max(hash({column})) from {table}").fetchall()
    records = connection.execute("select edition_id, audience from edition").fetchall()
    if records != [(edition, audience)]:
        faults.append("its record is of another edition or audience")
    return faults
