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
def territory_of_worksite() -> dict[str, str]:
    """The territory that a worksite lies in, by worksite."""
    return {row["worksite_id"]: row["territory_id"] for row in reference("worksites")}


def worksites_of(year: int) -> list[dict[str, str]]:
    """The rows of the worksites that are declared as active in a year."""
    return [
        row
        for row in reference("worksites")
        if int(row["first_year"]) <= year <= int(row["last_year"] or year)
    ]


@cache
def territories_of_worksite() -> dict[str, list[str]]:
    """All territories that a worksite may deliver rows of, its own first, by worksite."""
    territories = {worksite: [home] for worksite, home in territory_of_worksite().items()}
    for row in reference("worksite_territories"):
        territories[row["worksite_id"]].append(row["territory_id"])
    return territories
