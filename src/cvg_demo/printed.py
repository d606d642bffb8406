"""The printed figures that the demo is calibrated on, read from the seeds."""

import csv
from functools import cache
from pathlib import Path

from cvg_warehouse.paths import PUBLISHED_SEEDS, REFERENCE_SEEDS


def read_rows(path: Path) -> list[dict[str, str]]:
    """All rows of a UTF-8, comma-separated file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def reference(name: str) -> list[dict[str, str]]:
    """Rows of a reference seed, e.g. `reference("territories")`."""
    return read_rows(REFERENCE_SEEDS / f"{name}.csv")


@cache
def _cells() -> dict[tuple[str, str, str, str], float]:
    return {
        (row["table_id"][:3], row["row"], row["measure"], row["kind"]): float(row["value"])
        for row in read_rows(PUBLISHED_SEEDS / "published_tables.csv")
        if row["value"]
    }


@cache
def _prose() -> dict[str, float]:
    rows = read_rows(PUBLISHED_SEEDS / "published_narrative.csv")
    return {row["figure_id"]: float(row["value"]) for row in rows}


def cell(table: str, row: str, measure: str, kind: str = "count") -> float | None:
    """A printed cell, e.g. `cell("T12", "01-Paris", "emploi_durable")`; None where blank.

    Shares are in percent, as printed.
    """
    return _cells().get((table, row, measure, kind))


def count(table: str, row: str, measure: str) -> int:
    """A printed count, 0 where the cell is blank."""
    return int(cell(table, row, measure) or 0)


def prose(figure_id: str) -> float:
    """A figure of the prose, e.g. `prose("N045")`; shares are in percent."""
    return _prose()[figure_id]


def rows(table: str) -> list[str]:
    """The row labels of a printed table, in its order."""
    return list(dict.fromkeys(row for found, row, *_ in _cells() if found == table))
