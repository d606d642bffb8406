"""Pathways as the consolidated exports deliver them, and what became better by their end."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property

from cvg_demo.calibration import reference_list
from cvg_demo.dwellings import housing_levels
from cvg_demo.exports import YES, Row
from cvg_demo.people.barriers import SOLVED
from cvg_demo.people.pathway import TRIAL_REASONS

AFTER_EXIT = timedelta(days=365)

Days = tuple[date, date]
"""First and last day."""


@dataclass(eq=False)
class DeliveredPathway:
    """A pathway with its yearly deliveries and, where it ended, its exit."""

    id_parcours: str
    deliveries: dict[int, Row] = field(default_factory=dict)
    exit_row: Row | None = None

    @cached_property
    def latest(self) -> Row:
        """The latest delivery: what an exit says of its person."""
        return self.deliveries[max(self.deliveries)]

    @cached_property
    def entered_on(self) -> date:
        """First day."""
        return date.fromisoformat(self.latest["date_entree"])

    @cached_property
    def left_on(self) -> date | None:
        """Last day, if it has come."""
        return date.fromisoformat(self.exit_row["date_sortie"]) if self.exit_row else None

    @property
    def person(self) -> str:
        """The pseudonym of the person."""
        return self.latest["id_salarie"]

    @property
    def worksite(self) -> str:
        """The worksite's code."""
        return self.latest["chantier"]

    @property
    def territory(self) -> str:
        """The territory's code."""
        return self.latest["territoire"]

    def active(self, year: int) -> Days | None:
        """First and last active day of a year, None where it is not active or not delivered."""
        if year not in self.deliveries:
            return None
        return _within(year, self.entered_on, self.left_on)

    def after_exit(self, year: int) -> Days | None:
        """First and last day of the twelve months after the exit that lie in the year."""
        if not self.left_on:
            return None
        return _within(year, self.left_on + timedelta(days=1), self.left_on + AFTER_EXIT)


def _within(year: int, first: date, last: date | None) -> Days | None:
    start = max(first, date(year, 1, 1))
    end = min(last or date.max, date(year, 12, 31))
    return (start, end) if start <= end else None


def read_pathways(salaries: Iterable[Row], sorties: Iterable[Row]) -> list[DeliveredPathway]:
    """The pathways of the consolidated exports, in the order of their identifiers."""
    pathways: dict[str, DeliveredPathway] = {}
    for row in salaries:
        key = row["id_parcours"]
        pathways.setdefault(key, DeliveredPathway(key)).deliveries[int(row["annee"])] = row
    for row in sorties:
        pathways[row["id_parcours"]].exit_row = row
    return [pathways[key] for key in sorted(pathways)]


@cache
def _neutral_reasons() -> frozenset[str]:
    return frozenset(
        row["code"] for row in reference_list("exit_reasons") if row["neutral"] == "yes"
    )


def housing_improved(pathway: DeliveredPathway) -> bool | None:
    """Whether the housing got better by the exit; None outside the base of that share."""
    levels = housing_levels()
    entry = levels.get(pathway.latest["logement_entree"])
    left = pathway.exit_row
    if left is None or entry is None or left["motif_sortie"] in TRIAL_REASONS:
        return None
    return levels.get(left["logement_sortie"], -1) > entry


def health_solved(pathway: DeliveredPathway) -> bool | None:
    """Whether a health difficulty was being solved at exit; None outside the base of that share."""
    left = pathway.exit_row
    if left is None or left["motif_sortie"] in _neutral_reasons():
        return None
    if pathway.latest["difficulte_sante_entree"] != YES or not left["difficulte_sante_sortie"]:
        return None
    return left["difficulte_sante_sortie"] in SOLVED
