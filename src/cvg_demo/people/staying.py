"""The people supported in the report year who were still there at its end."""

from datetime import date, timedelta
from random import Random

from cvg_demo.dates import DAYS_PER_MONTH, REPORT_YEAR, off_boundary
from cvg_demo.people.pathway import Pathway
from cvg_demo.plan import plans


def staying_pathways(rng: Random, exits: list[Pathway]) -> list[Pathway]:
    """The pathways of those who did not leave, with their dates of entry.

    As many entered in the year as the plan says, less those among the exits and those who enter
    once more.
    """
    return [
        pathway
        for plan in plans()
        for pathway in _staying(
            rng,
            plan.territory,
            plan.supported - plan.exited,
            plan.entered
            - sum(p.entered_in(REPORT_YEAR) for p in exits if p.territory == plan.territory)
            - plan.returned
            - plan.exited_twice,
        )
    ]


def _staying(rng: Random, territory: str, people: int, entered: int) -> list[Pathway]:
    if not 0 <= entered <= people:
        raise ValueError(f"{entered} entries of {people} who stayed in {territory}")
    entries = [_entry_in_year(rng) for _ in range(entered)]
    entries += [_earlier_entry(rng) for _ in range(people - entered)]
    rng.shuffle(entries)
    return [Pathway(territory, entry) for entry in entries]


def _entry_in_year(rng: Random) -> date:
    """A day of the report year, later ones likelier: the others left meanwhile."""
    position = max(rng.random(), rng.random() * 0.9)
    return off_boundary(date(REPORT_YEAR, 1, 3) + timedelta(days=int(position * 355)))


def _earlier_entry(rng: Random) -> date:
    """A day before the report year; few have been there for more than two years."""
    months = 0.2 + 11.6 * rng.random()
    if rng.random() < 0.22:
        months = 12 + 11 * rng.random()
        if rng.random() < 0.35:
            months = 24 + 40 * rng.random() * rng.random()
    return off_boundary(date(REPORT_YEAR, 1, 1) - timedelta(days=int(months * DAYS_PER_MONTH)))
