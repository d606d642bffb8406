"""How many people of each kind every territory had in the report year.

The sizes are solved from the printed figures: each printed count and its rounded share leave a
range of possible bases, and one is taken from the range.
"""

from dataclasses import dataclass
from functools import cache

from cvg_demo.apportion import at_position, possible_wholes
from cvg_demo.calibration import cell, count, prose, reference_list

JOB_CATEGORIES = (
    "emploi_durable",
    "emploi_transition",
    "suite_parcours_iae",
    "formation",
    "autre_emploi_formation",
)
OTHER_CATEGORIES = ("retraite", "sans_nouvelle", "inactif", "chomage")

BOOKS_AT_YEAR_END = {
    "03-Lille": "N011",
    "06-Charente": "N012",
    "10-Rennes": "N016",
    "11-Moselle": "N018",
    "13-Isère": "N020",
}
BOOKS_ABOUT = {"01-Paris": "N009"}
BOOKS_YEAR_BEFORE = {"08-Rouen": "N015", "09-Somme": "N404", "12-Seine_Saint_Denis": "N019"}
CAME_WITH_WORKSITE = {"08-Rouen": "N292"}
"""People who were on the books of a worksite when it joined: they enter the programme with it."""
SUPPORTED = {"06-Charente": "N013"}

ANSWERS_MISSING = 0.05
ENTERED_SHARE = 0.47
RETURN_SHARE = 0.02
MOST_PEOPLE = 1000


@dataclass(frozen=True)
class TerritoryPlan:
    """Numbers of people of one territory in the report year."""

    territory: str
    urbanity: str
    supported: int
    entered: int
    exited: int
    returned: int
    """people who left and came back within the year, and were still there at its end"""
    exited_twice: int
    """people with two exits in the year, in two categories"""
    neutral: int
    duration: int
    """people of base DURATION"""
    complete: int
    """people of base COMPLETE"""
    housing: int
    """people of base HOUSING"""
    housing_at_exit: int
    """people of base HOUSING whose housing at exit is known"""

    @property
    def non_neutral(self) -> int:
        """People of base NON_NEUTRAL."""
        return self.exited - self.neutral

    @property
    def trial(self) -> int:
        """People who left within the trial period."""
        return self.exited - self.duration

    def categories(self, names: tuple[str, ...]) -> dict[str, int]:
        """Printed number of exits in each of the categories."""
        table = "T12" if names == JOB_CATEGORIES else "T13"
        return {name: count(table, self.territory, name) for name in names}


def printed_bases(
    table: str, territory: str, measures: tuple[str, ...], candidates: range
) -> list[int]:
    """The bases over which all measures of a row print as they do; all where none is printed."""
    found = list(candidates)
    for measure in measures:
        percent = cell(table, territory, measure, "share")
        if percent is not None:
            found = possible_wholes(count(table, territory, measure), percent, found)
    return found


def came_with_worksite(territory: str) -> int:
    """People who came in with a worksite that joined, as printed; 0 where nothing is."""
    figure = CAME_WITH_WORKSITE.get(territory)
    return int(prose(figure)) if figure else 0


def _there_without_contract(territory: str) -> int:
    """People supported who did not begin a contract in the year, where the books say it."""
    return int(prose(BOOKS_YEAR_BEFORE[territory])) + came_with_worksite(territory)


def _possible_entries(territory: str, most: int) -> list[int]:
    """Numbers of people who entered over which T08 prints as it does, off its limits."""
    return printed_bases("T08", territory, ("phc_entres",), range(1, most))[1:-1]


def _supported(territory: str, exited: int, again: int) -> int:
    """People supported: printed, or from the books at year end, or just above the known answers.

    `again` of them had left before.
    """
    if territory in SUPPORTED:
        return int(prose(SUPPORTED[territory]))
    if territory in BOOKS_AT_YEAR_END:
        return int(prose(BOOKS_AT_YEAR_END[territory])) + exited
    possible = printed_bases("T08", territory, ("phc_accompagnes",), range(1, MOST_PEOPLE))
    if territory in BOOKS_ABOUT:
        return possible[-1]
    answers = max(
        printed_bases("T07", territory, measures, range(1, MOST_PEOPLE))[0]
        for measures in (
            ("difficulte_logement_entree",),
            ("parcours_rue", "parcours_rue_plus_2_ans"),
        )
    )
    wanted = int(answers * (1 + ANSWERS_MISSING))
    if territory in BOOKS_YEAR_BEFORE:
        entries = _possible_entries(territory, MOST_PEOPLE)
        wanted = min(wanted, _there_without_contract(territory) + entries[-1] - again)
    return max(size for size in possible if size <= max(wanted, possible[0]))


def _returned(territory: str, supported: int, exited: int) -> int:
    """People who came back: what the books at year end leave to explain, or a few."""
    if territory in BOOKS_AT_YEAR_END:
        return int(prose(BOOKS_AT_YEAR_END[territory])) - (supported - exited)
    if territory in BOOKS_ABOUT:
        return (int(prose(BOOKS_ABOUT[territory])) - (supported - exited)) // 2
    return int(exited * RETURN_SHARE)


def _entered(territory: str, supported: int, returned: int, exited_twice: int) -> int:
    """People who entered in the year."""
    if territory in BOOKS_YEAR_BEFORE:
        return supported - _there_without_contract(territory) + returned + exited_twice
    possible = _possible_entries(territory, supported)
    wanted = int(supported * ENTERED_SHARE)
    return min(possible, key=lambda size: abs(size - wanted))


def _plan(row: dict[str, str]) -> TerritoryPlan:
    territory = row["territory_id"]
    exited = count("T11", territory, "sorties_totales")
    neutral = count("T11", territory, "sorties_neutres")
    housing = count("T14", territory, "salaries_sortis")
    complete = count("T15", territory, "salaries_sortis")
    in_category = count("T12", territory, "total") + sum(
        count("T13", territory, name) for name in OTHER_CATEGORIES
    )
    exited_twice = max(0, in_category - (exited - neutral))
    supported = _supported(territory, exited, int(exited * RETURN_SHARE) + exited_twice)
    returned = _returned(territory, supported, exited)
    duration = printed_bases(
        "T10",
        territory,
        ("parcours_plus_2_ans",),
        range(max(housing, exited - neutral), exited + 1),
    )
    at_exit = printed_bases("T14", territory, ("logement_perenne_sortie",), range(1, housing + 1))
    return TerritoryPlan(
        territory=territory,
        urbanity=row["urbanity"],
        supported=supported,
        entered=_entered(territory, supported, returned, exited_twice),
        exited=exited,
        returned=returned,
        exited_twice=exited_twice,
        neutral=neutral,
        duration=at_position(0.6, duration),
        complete=complete,
        housing=housing,
        housing_at_exit=at_position(0.5, at_exit),
    )


@cache
def plans() -> tuple[TerritoryPlan, ...]:
    """One plan per territory, in the order in which they joined."""
    return tuple(_plan(row) for row in reference_list("territories"))
