"""The checks of a delivery: one row each in `contracts/checks.csv`, referred to by id only."""

import csv
from dataclasses import dataclass
from functools import cache

from cvg_warehouse.paths import CONTRACTS

CHECKS_FILE = CONTRACTS / "checks.csv"


@dataclass(frozen=True)
class Check:
    """A rule that a delivery keeps, and what follows where it does not."""

    check_id: str
    severity: str
    """`refuse` the file, `quarantine` the row, or load and `warn`."""
    rule: str
    """The rule, in English."""
    fix: str
    """What to do, in English, for the command line."""
    guidance_fr: str
    """What the worksite should do, in French."""


@cache
def all_checks() -> dict[str, Check]:
    """Every check by its id, in the order of the table."""
    with CHECKS_FILE.open(encoding="utf-8", newline="") as stream:
        return {row["check_id"]: Check(**row) for row in csv.DictReader(stream)}


def severity_of(check_id: str) -> str:
    """`refuse`, `quarantine` or `warn`."""
    return all_checks()[check_id].severity
