"""A build of what changed: the same models over the touched rows alone, in a file of its own.

The file begins with views of all tables of the warehouse before, so that what is not built again is
there. dbt replaces those that it builds. A sliced model (`macros/slice.sql`) holds the touched rows
alone; at the end they take the place of those that the warehouse had of them, and all other tables
replace its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cvg_warehouse.building.changes import NOTE, note_rows, note_touched
from cvg_warehouse.building.exports_format import ExportsFormat
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.publication.editions.origin import code_version

BEFORE = "built_before"
"""The catalog of the warehouse before, as `macros/slice.sql` names it."""
LARGEST_SHARE = 0.25
"""Where more of the pathways are touched, a whole build is as quick."""
TAKEN_INTO = "taken_into"
RECORDS = ("build_record", "build_refusals", "files_read", NOTE)
"""What is noted of a build, beside its tables."""


def begin_slice(slice_file: Path, warehouse: Path, exports: Path, form: ExportsFormat) -> str:
    """Make the file that a build of what changed builds in, or say why there can be none."""
    if not warehouse.exists():
        return "there is no warehouse yet"
    with duckdb.connect(slice_file) as connection, _attached(connection, warehouse, BEFORE):
        tables = dict(
            connection.execute(
                "select table_name, table_type from information_schema.tables "
                f"where table_catalog = '{BEFORE}'"
            ).fetchall()
        )
        if not {"build_record", NOTE} <= set(tables):
            return "the warehouse does not come from a cvg build without a failed test"
        if ("salaries" in tables) != (form is ExportsFormat.SEEDS):
            return "the exports have another format"
        built_by = connection.execute(f"select code_version from {BEFORE}.build_record").fetchall()
        if built_by != [(code_version(),)]:
            return "the code or a list of the project has changed since"
        note_rows(connection, exports, form)
        share = note_touched(connection, BEFORE, exports, form)
        if share > LARGEST_SHARE:
            return f"it touches {share:.0%} of the pathways"
        for name in tables.keys() - {*RECORDS, *EXPORTS}:
            connection.execute(f'create view "{name}" as select * from {BEFORE}."{name}"')
    return ""


def take_slice(slice_file: Path, built: Path, is_sound: bool) -> bool:
    """Put what a slice holds into a copy of the warehouse before.

    `is_sound`: no step of it failed, so that the warehouse is still one of a whole build. False,
    and nothing done, where there are other periods than before, for which every row is counted.
    """
    # dbt has left it open, so that it is this one that has to reach the other.
    with duckdb.connect(slice_file) as connection:
        now, then = "from dim_reporting_periods", f"from {BEFORE}.dim_reporting_periods"
        other = connection.execute(
            f"(({now}) except ({then})) union all (({then}) except ({now}))"
        ).fetchall()
        connection.execute(f"detach {BEFORE}")
        if other:
            return False
        with _attached(connection, built, TAKEN_INTO, read_only=False):
            _take(connection, is_sound)
    return True


def _take(connection: duckdb.DuckDBPyConnection, is_sound: bool) -> None:
    sliced = dict(connection.execute("from sliced").fetchall())
    connection.begin()  # written to the disk once, not table by table
    for name in RECORDS:
        if name != "build_record" or not is_sound:
            connection.execute(f"drop table if exists {TAKEN_INTO}.{name}")
    there = _tables(connection, f"'{TAKEN_INTO}'")
    for name in _tables(connection, "current_database()"):
        whole = f'{TAKEN_INTO}."{name}"'
        if name in RECORDS or (name in there and name not in sliced):
            connection.execute(f'create or replace table {whole} as select * from "{name}"')
        elif name in there:
            connection.execute(f"delete from {whole} where {sliced[name]}")
            connection.execute(f'insert into {whole} select * from "{name}" where {sliced[name]}')
    connection.commit()


def _tables(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[str]:
    found = connection.execute(
        f"select table_name from duckdb_tables() where database_name = {catalog} order by 1"
    ).fetchall()
    return [name for (name,) in found]


@contextmanager
def _attached(
    connection: duckdb.DuckDBPyConnection, file: Path, name: str, read_only: bool = True
) -> Iterator[None]:
    attach(connection, file, name, read_only)
    try:
        yield
    finally:
        connection.execute(f"detach {name}")


def attach(
    connection: duckdb.DuckDBPyConnection, file: Path, name: str, read_only: bool = True
) -> None:
    """Let a connection use another file, under the name of a catalog."""
    path = str(file).replace("'", "''")
    connection.execute(f"attach if not exists '{path}' as {name} (read_only {read_only})")
