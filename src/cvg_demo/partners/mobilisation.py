"""Whom the partnership officers are called for: the link between actions and pathways.

Two things are calibrated here: the share of supported people for whom an officer of a domain is
mobilised in a year, and how much better those fare at exit for whom one was.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from cvg_demo.calibration import prose
from cvg_demo.dates import FIRST_YEAR, REPORT_YEAR
from cvg_demo.drawing import favouring, pick, stream
from cvg_demo.exports import YES, Row
from cvg_demo.partners.pathways import Days, DeliveredPathway, health_solved, housing_improved
from cvg_demo.worksites import worksites

YEARS = range(FIRST_YEAR, REPORT_YEAR + 1)

GROWTH = 0.88
"""Mobilisation of a year, as a part of the year after: the practice took years to grow."""
SENIORITY_GAIN = 0.15
"""How much more often a worksite calls an officer with each year in the programme."""
SENIORITY_YEARS = 4

Outcome = Callable[[DeliveredPathway], bool | None]
"""Whether something went better by the exit; None where it cannot be said."""


@dataclass(frozen=True)
class Domain:
    """How the officers of a domain are mobilised.

    share: part of its base for whom an officer is mobilised in the calibrated year
    difficulty: column of the difficulty that makes the base, if not everybody is in it
    outcome: what goes better, by `gain`, for those who left with an officer's help
    leavers_only: the officer works for those only who leave in the year or the next
    """

    share: float
    difficulty: str = ""
    outcome: Outcome | None = None
    gain: float = 1.0
    leavers_only: bool = False

    def has_base(self, row: Row) -> bool:
        """Whether a supported person with this delivery is in the base."""
        return not self.difficulty or row[self.difficulty] == YES

    def may_call(self, pathway: DeliveredPathway, year: int) -> bool:
        """Whether an officer may be called for the pathway in the year."""
        left_on = pathway.left_on
        return not self.leavers_only or bool(left_on and left_on.year <= year + 1)


OUTSIDE_BASE = 0.3
"""Mobilisation of people without the domain's difficulty, as a part of that of the others."""


def domains() -> dict[str, Domain]:
    """All domains, the three with printed figures first."""
    return {
        "emploi": Domain(prose("N431") / 100),
        "logement": Domain(
            prose("N432") / 100,
            "difficulte_logement_entree",
            housing_improved,
            1 + prose("N103") / 100,
        ),
        "santé": Domain(
            prose("N433") / 100, "difficulte_sante_entree", health_solved, 1 + prose("N104") / 100
        ),
        "accès aux droits": Domain(0.1),
        "mobilité": Domain(0.03),
        "suite de parcours": Domain(0.03, leavers_only=True),
    }


def split_with_gain(base: int, successes: int, share: float, gain: float) -> tuple[int, int]:
    """How many of a base get help, and how many of those succeed, for a relative gain.

    Of all splits that help about the given share of the base, the one whose success rate comes
    nearest to `gain` times the rate of those without help; (0, 0) where there is none.
    """
    best, split = float("inf"), (0, 0)
    for helped in range(max(1, round(base * share * 0.9)), round(base * share * 1.1) + 1):
        others = base - helped
        exact = gain * helped * successes / (others + gain * helped)
        for succeeded in (int(exact), int(exact) + 1):
            if not max(0, successes - others) <= succeeded <= min(helped, successes - 1):
                continue
            ratio = succeeded * others / (helped * (successes - succeeded))
            if abs(ratio - gain) < best:
                best, split = abs(ratio - gain), (helped, succeeded)
    return split


def growth(year: int) -> float:
    """Mobilisation of a year as a part of that of the calibrated one."""
    return GROWTH ** (REPORT_YEAR - year)


def eagerness(worksite: str, year: int) -> float:
    """How readily a worksite calls an officer in a year, 1 in its first in the programme."""
    seniority = year - worksites()[worksite].first_year
    return 1 + SENIORITY_GAIN * min(seniority, SENIORITY_YEARS)


def _any_known(answers: Iterable[bool | None]) -> bool | None:
    """Whether any answer is yes; None where none is known."""
    known = [answer for answer in answers if answer is not None]
    return any(known) if known else None


class Mobilisation:
    """For each domain and year, the pathways with at least one action of the domain's officer."""

    def __init__(self, pathways: list[DeliveredPathway], seed: int) -> None:
        self.pathways = pathways
        self.active = {year: [path for path in pathways if path.active(year)] for year in YEARS}
        self.leavers = {
            year: [(path, days) for path in pathways if (days := path.after_exit(year))]
            for year in YEARS
        }
        self.linked: dict[tuple[str, int], list[tuple[DeliveredPathway, Days]]] = {}
        for name, domain in domains().items():
            self._plan(name, domain, stream(seed, "mobilisation", name))

    def helped_after_exit(self, domain: str, year: int) -> list[tuple[DeliveredPathway, Days]]:
        """Who left before the year, or in it with the officer's help: nobody else is mobilised for.

        With the days after the exit that lie in the year.
        """
        helped = {path.person for path, _ in self.linked[domain, year]}
        active = set(self.active[year])
        return [
            (path, days)
            for path, days in self.leavers[year]
            if path.person in helped or path not in active
        ]

    def supported(self, year: int) -> int:
        """Distinct people supported in a year."""
        return len({path.person for path in self.active[year]})

    def volume(self, year: int) -> float:
        """Partner work of a year as a part of that of the calibrated one."""
        people = self.supported(year) / self.supported(REPORT_YEAR)
        return people * growth(year)

    def territory_weights(self, year: int) -> dict[str, float]:
        """Weight of each territory in a year: its pathways, each by its worksite's seniority."""
        weights: dict[str, float] = defaultdict(float)
        for path in self.active[year]:
            weights[path.territory] += eagerness(path.worksite, year)
        return {territory: weights[territory] for territory in sorted(weights)}

    def worksites(self, year: int) -> dict[str, list[str]]:
        """The worksites of each territory with an active pathway in the year."""
        found = sorted({(path.territory, path.worksite) for path in self.active[year]})
        by_territory: dict[str, list[str]] = defaultdict(list)
        for territory, worksite in found:
            by_territory[territory].append(worksite)
        return by_territory

    def _plan(self, name: str, domain: Domain, rng: Random) -> None:
        """Fill `linked` for a domain: those whose exit demands it first, then up to the share."""
        demanded: dict[int, list[DeliveredPathway]] = defaultdict(list)
        excluded: set[DeliveredPathway] = set()
        if domain.outcome:
            for year in YEARS:
                helped, others = self._split_exits(domain, domain.outcome, year, rng)
                excluded.update(others)
                for path in helped:
                    demanded[pick(rng, [y for y in YEARS if path.active(y)])].append(path)
        for year in YEARS:
            allowed = [
                path
                for path in self.active[year]
                if path not in excluded and domain.may_call(path, year)
            ]
            chosen = self._choose(domain, year, demanded[year], allowed, rng)
            self.linked[name, year] = [
                (path, days) for path in chosen if (days := path.active(year))
            ]

    def _split_exits(
        self, domain: Domain, outcome: Outcome, year: int, rng: Random
    ) -> tuple[list[DeliveredPathway], list[DeliveredPathway]]:
        """The pathways left in a year: with, and without an officer's help, by person.

        Those outside the outcome's base are helped as often as the others.
        """
        by_person: dict[str, list[DeliveredPathway]] = defaultdict(list)
        for path in self.active[year]:
            if path.left_on and path.left_on.year == year:
                by_person[path.person].append(path)
        people = favouring(
            rng,
            list(by_person),
            {person: eagerness(paths[0].worksite, year) for person, paths in by_person.items()},
        )
        groups: dict[bool | None, list[str]] = {True: [], False: [], None: []}
        for person in people:
            groups[_any_known(map(outcome, by_person[person]))].append(person)
        share = domain.share * growth(year)
        base = len(groups[True]) + len(groups[False])
        helped, succeeded = split_with_gain(base, len(groups[True]), share, domain.gain)
        quota = {
            True: succeeded,
            False: helped - succeeded,
            None: round(len(groups[None]) * share),
        }
        with_help = [person for group, n in quota.items() for person in groups[group][:n]]
        without = [person for group, n in quota.items() for person in groups[group][n:]]
        return (
            [path for person in with_help for path in by_person[person]],
            [path for person in without for path in by_person[person]],
        )

    def _choose(
        self,
        domain: Domain,
        year: int,
        demanded: list[DeliveredPathway],
        allowed: list[DeliveredPathway],
        rng: Random,
    ) -> list[DeliveredPathway]:
        """The demanded pathways, then others of the allowed ones until the share is reached."""
        base = {path.person for path in self.active[year] if domain.has_base(path.deliveries[year])}
        share = domain.share * growth(year)
        room = {
            True: round(share * len(base)),
            False: round(share * OUTSIDE_BASE * (self.supported(year) - len(base))),
        }
        by_person: dict[str, DeliveredPathway] = {}
        for path in demanded:
            room[path.person in base] -= path.person not in by_person
            by_person.setdefault(path.person, path)
        chosen = list(demanded)
        weights = {path: eagerness(path.worksite, year) for path in allowed}
        for path in favouring(rng, allowed, weights):
            if path.person not in by_person and room[path.person in base] > 0:
                by_person[path.person] = path
                room[path.person in base] -= 1
                chosen.append(path)
        return chosen
