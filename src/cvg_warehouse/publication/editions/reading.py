"""Finds the current edition and opens it, locked down."""

from pathlib import Path

import duckdb
import polars as pl

from cvg_warehouse.paths import editions_folder
from cvg_warehouse.publication.editions.pointer import edition_file, pointer_file, read_pointer
from cvg_warehouse.terminal import Refusal, shown

LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "lock_configuration": "true",
}


def current_edition() -> str:
    """Id of the edition that the pointer names now.

    Raises `Refusal` where nothing is published, or the pointer cannot be read.
    """
    folder = editions_folder()
    pointer = read_pointer(folder)
    if pointer is None:
        raise Refusal(f"{shown(pointer_file(folder))}: nothing is published yet; make build does")
    return pointer.edition


def open_edition(audience: str) -> tuple[duckdb.DuckDBPyConnection, str]:
    """A connection to the current edition for `audience`, and the edition's id.

    The connection only reads: no other file, no extension, no change of its settings. It goes on
    with its edition when another is published. The caller closes it. Raises `Refusal` where nothing
    is published, or the edition's file is gone or cannot be read.
    """
    edition = current_edition()
    return open_kept(edition, audience), edition


def open_kept(edition: str, audience: str) -> duckdb.DuckDBPyConnection:
    """The same of an edition that is kept, whichever is current."""
    return open_locked(edition_file(editions_folder(), edition, audience))


def frame_of(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: object = None
) -> pl.DataFrame:
    """What a query finds."""
    frame = pl.from_arrow(connection.sql(query, params=parameters).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)
    return frame


def open_locked(file: Path) -> duckdb.DuckDBPyConnection:
    """A connection to a file that reads this file and nothing else."""
    try:
        return duckdb.connect(file, read_only=True, config=LOCKED_DOWN)
    except duckdb.Error:
        raise Refusal(
            f"{shown(file)}: is missing or cannot be read; "
            "go back to another edition with cvg publish --list and --use ID"
        ) from None
