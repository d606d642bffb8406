"""The tables that contracts refer to: reference seeds, and the synonyms that are declared."""

import csv
from functools import cache
from pathlib import Path

from cvg_warehouse.paths import CONTRACTS, REFERENCE_SEEDS

SYNONYMS = CONTRACTS / "synonyms.csv"
"""Other headers, and names of files and sheets."""
VALUES = CONTRACTS / "values.csv"
"""Other spellings of values."""

# Columns of a reference seed that a worksite may write, besides the one that is stored.
LABELS = {
    "territories": ["name"],
    "worksites": ["label_fr"],
    "exit_reasons": ["label_fr"],
    "referrers": ["label_fr"],
}


@cache
def table(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, values by column; an empty cell is ''."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def reference(seed: str) -> list[dict[str, str]]:
    """The rows of a reference seed."""
    return table(REFERENCE_SEEDS / f"{seed}.csv")


@cache
def lines_of(seed: str, code: str) -> dict[str, list[dict[str, str]]]:
    """The lines of a seed by code, each one's in the order in which they hold."""
    lines: dict[str, list[dict[str, str]]] = {}
    for row in sorted(reference(seed), key=_begin):
        lines.setdefault(row[code], []).append(row)
    return lines


def today(seed: str, code: str) -> dict[str, dict[str, str]]:
    """The last line of each code: what is said of it today."""
    return {known: lines[-1] for known, lines in lines_of(seed, code).items()}


@cache
def territory_of_worksite() -> dict[str, str]:
    """The territory that a worksite lies in today, by worksite."""
    return {code: row["territory_id"] for code, row in today("worksites", "worksite_id").items()}


def worksites_of(year: int) -> list[dict[str, str]]:
    """The rows of the worksites that are declared as active in a year, as the year ends."""
    return [
        row
        for lines in lines_of("worksites", "worksite_id").values()
        for row in [line for line in lines if _begin(line) <= f"{year}-12-31"][-1:]
        if int(row["first_year"]) <= year <= _last_year(row, year)
    ]


@cache
def territories_of_worksite() -> dict[str, list[str]]:
    """All territories that a worksite may deliver rows of, its own of today first, by worksite."""
    territories = {
        code: list(dict.fromkeys(row["territory_id"] for row in reversed(lines)))
        for code, lines in lines_of("worksites", "worksite_id").items()
    }
    for row in reference("worksite_territories"):
        if row["territory_id"] not in territories[row["worksite_id"]]:
            territories[row["worksite_id"]].append(row["territory_id"])
    return territories


def _begin(row: dict[str, str]) -> str:
    return row.get("valid_from") or ""


def _last_year(row: dict[str, str], otherwise: int) -> int:
    return int(row["last_year"] or row.get("left_on", "")[:4] or otherwise)
