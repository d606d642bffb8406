"""Can an export that is a Parquet file be read? Its columns, their types, and all of its rows.

Only text is taken, as in a CSV: of a number, a date or a boolean nobody knows how it was meant to
be written. No message shows a value.
"""

from pathlib import Path

import duckdb

from cvg_warehouse.terminal import Refusal, shown

TEXT = ("VARCHAR", '"NULL"')
"""Types of DuckDB that are taken; the second is that of a column without a value."""


def header_of(file: Path, read: list[str], reader: duckdb.DuckDBPyConnection) -> list[str]:
    """Names of the columns, in order; refuse a file that has none, or other than text to read."""
    try:
        described = reader.execute(
            "select column_name, column_type from (describe from read_parquet(?))", [str(file)]
        ).fetchall()
        written = {
            name
            for (name,) in reader.execute(
                "select name from parquet_schema(?)", [str(file)]
            ).fetchall()
        }
    except duckdb.Error:
        raise Refusal(
            f"{shown(file)}: not a Parquet file, or cut off; write it again, or deliver it again"
        ) from None
    problems = [
        f"{shown(file)}: the column {name} is {kind.partition('(')[0]}, not text; write it as the "
        "CSV has it"
        for name, kind in described
        if name in read and kind not in TEXT
    ]
    if problems:
        raise Refusal(*problems)
    # DuckDB gives a second column of a name, in whatever case, a number.
    return [name if name in written else name.rpartition("_")[0] for name, _ in described]


def check_rows(file: Path, reader: duckdb.DuckDBPyConnection) -> None:
    """Refuse a file with a value that DuckDB, which reads it, cannot read."""
    # A hash, because a count leaves values undecoded.
    query = "select bit_xor(hash(columns(*))) from read_parquet(?, file_row_number = true)"
    try:
        reader.execute(query, [str(file)]).fetchall()
    except duckdb.Error:
        raise Refusal(
            f"{shown(file)}: damaged, its rows cannot be read; write it again, or deliver it again"
        ) from None
