"""The site as a whole: its three pages, written to a folder."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from cvg_warehouse.docs.metadata import gaps, generate, nodes
from cvg_warehouse.docs.pages import (
    COLUMNS,
    DICTIONARY,
    INDEX,
    column_lineage_page,
    dictionary_page,
    index_page,
)
from cvg_warehouse.files import move_in, unfinished_folder
from cvg_warehouse.terminal import Refusal, shown


@dataclass(frozen=True)
class Site:
    """What was written: the folder, how many models and columns, and what lacks a description."""

    folder: Path
    models: int
    columns: int
    gaps: list[str]


def write_docs(warehouse: Path, folder: Path) -> Site:
    """Write the site of a built warehouse to `folder`, in place of the previous one.

    Raises `Refusal` where there is no warehouse, or where the folder cannot be written.
    """
    if not warehouse.is_file():
        raise Refusal(f"{shown(warehouse)}: there is no warehouse; build it first: make build")
    built_at = datetime.fromtimestamp(warehouse.stat().st_mtime, UTC)
    with (
        tempfile.TemporaryDirectory(prefix="cvg-docs-") as temporary,
        _moved_in(folder) as unfinished,
    ):
        scratch = Path(temporary)
        manifest, catalog = generate(warehouse, scratch)
        models = [unique_id for unique_id, _ in nodes(manifest, catalog, ("model",))]
        columns = sum(len(catalog["nodes"][unique_id]["columns"]) for unique_id in models)
        pages = {
            DICTIONARY: dictionary_page(scratch, manifest, catalog),
            COLUMNS: column_lineage_page(scratch),
            INDEX: index_page(built_at, is_synthetic(warehouse), len(models), columns),
        }
        for name, page in pages.items():
            (unfinished / name).write_text(page, encoding="utf-8")
    return Site(folder, len(models), columns, gaps(manifest, catalog))


def is_synthetic(warehouse: Path) -> bool:
    """Whether every row of every export is one that `cvg demo` made."""
    query = """
        select coalesce(bool_and(is_synthetic), false) as is_synthetic
        from dim_exports where rows_loaded > 0
    """
    with duckdb.connect(warehouse, read_only=True) as connection:
        return connection.sql(query).fetchall()[0][0]


@contextmanager
def _moved_in(folder: Path) -> Iterator[Path]:
    """A folder to write the site to, which takes the place of `folder` when it is whole."""
    try:
        with unfinished_folder(folder) as site:
            yield site
            move_in(site, folder)
    except OSError as error:
        raise Refusal(
            f"{shown(folder)}: cannot be written ({error.strerror}); name another with --out"
        ) from None
