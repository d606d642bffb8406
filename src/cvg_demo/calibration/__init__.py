"""What the demo is calibrated on: the printed figures and the lists of the Bilan 2024.

The files here are the demo's own copy, so that what is declared or typed into `seeds/` later
changes no byte of the shipped exports. A test holds the copy against the seeds.
"""

import csv
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def reference_list(name: str) -> list[dict[str, str]]:
    """Rows of a list, e.g. `reference_list("territories")`."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_of_domain(name: str, domain: str) -> list[dict[str, str]]:
    """The rows of `action_types` or `request_reasons` that belong to a domain."""
    return [row for row in reference_list(name) if row["domain"] == domain]


@cache
def _cells() -> dict[tuple[str, str, str, str], float]:
    return {
        (row["table_id"][:3], row["row"], row["measure"], row["kind"]): float(row["value"])
        for row in reference_list("published_tables")
    }


@cache
def _prose() -> dict[str, float]:
    return {row["figure_id"]: float(row["value"]) for row in reference_list("published_narrative")}


def cell(table: str, row: str, measure: str, kind: str = "count") -> float | None:
    """A printed cell, e.g. `cell("T12", "01-Paris", "emploi_durable")`; None where blank.

    Shares are in percent, as printed.
    """
    return _cells().get((table, row, measure, kind))


def share(table: str, row: str, measure: str) -> float:
    """A printed share in percent, 0 where the cell is blank."""
    return cell(table, row, measure, "share") or 0


def count(table: str, row: str, measure: str) -> int:
    """A printed count, 0 where the cell is blank."""
    return int(cell(table, row, measure) or 0)


def prose(figure_id: str) -> float:
    """A figure of the prose, e.g. `prose("N045")`; shares are in percent."""
    return _prose()[figure_id]


def row_labels(table: str) -> list[str]:
    """The row labels of a printed table, in its order."""
    return list(dict.fromkeys(row for found, row, *_ in _cells() if found == table))
