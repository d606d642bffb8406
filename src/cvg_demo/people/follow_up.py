"""What became of people half a year to a year after they left: `suivi_post_sortie`."""

from dataclasses import dataclass
from random import Random

from cvg_demo.apportion import nearest_part
from cvg_demo.calibration import prose
from cvg_demo.dates import REPORT_YEAR
from cvg_demo.exports import NO, YES
from cvg_demo.people.pathway import Pathway

CONTACTED = {"emploi": "N083", "logement": "N086"}
STABLE = {"emploi": "N084", "logement": "N087"}
NOT_FOLLOWED = 0.4
"""Share of those of whom nothing is known, and for whom the worksite sent no line at all."""
EARLIER_STEP = 7
"""Points by which fewer people were contacted in every year before the report year."""


@dataclass(frozen=True)
class FollowUp:
    """One line: a pathway, what it was followed up for, and the answers."""

    year: int
    pathway: Pathway
    aspect: str
    contacted: str
    stable: str


def follow_ups(rng: Random, ended: list[Pathway]) -> list[FollowUp]:
    """Every line of every year, for lasting jobs and for permanent housing."""
    years = sorted({p.exit.year for p in ended if p.exit})
    return [
        line
        for year in years
        for aspect in CONTACTED
        for line in _year_lines(rng, year, aspect, [p for p in ended if _due(p, year, aspect)])
    ]


def _due(pathway: Pathway, year: int, aspect: str) -> bool:
    """Left in the first half of the year with a lasting job, or having reached housing."""
    if pathway.exit is None or pathway.exit.year != year or not pathway.first_half:
        return False
    if aspect == "emploi":
        return pathway.category == "emploi_durable"
    return pathway.in_duration and pathway.reached_permanent


def _year_lines(rng: Random, year: int, aspect: str, due: list[Pathway]) -> list[FollowUp]:
    """The lines of one aspect: of all who are due, a printed share is contacted and one is stable.

    More are stable than contacted: of most others the worksite knows it from elsewhere. Of the rest
    those contacted are not stable, and of those not contacted nobody knows.
    """
    percent = prose(CONTACTED[aspect]) - EARLIER_STEP * (REPORT_YEAR - year)
    contacted = set(rng.sample(range(len(due)), nearest_part(len(due), percent)))
    stable = set(rng.sample(range(len(due)), nearest_part(len(due), prose(STABLE[aspect]))))
    lines = []
    for position, pathway in enumerate(due):
        is_contacted, is_stable = position in contacted, position in stable
        if is_contacted or is_stable or rng.random() > NOT_FOLLOWED:
            situation = YES if is_stable else NO if is_contacted else ""
            answer = YES if is_contacted else NO
            lines.append(FollowUp(year, pathway, aspect, answer, situation))
    return lines
