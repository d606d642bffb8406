"""Who referred the supported people: whole numbers behind the shares of table T09.

Every territory has a number of known answers and a range of people per referrer that print as the
report does. Within these ranges people are moved from one referrer to another until the national
shares, those of the two urbanity groups and the number referred by PHC hold too.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

from cvg_demo.apportion import apportion, possible_parts
from cvg_demo.calibration import cell, prose, reference_list
from cvg_demo.dwellings import COLLECTIVE, PERMANENT, PRECARIOUS, SEMI_PERMANENT, STREET
from cvg_demo.people.answers import fill
from cvg_demo.people.pathway import Pathway
from cvg_demo.plan import plans

KNOWN_SHARES = (0.91, 0.97)
PHC, HOUSING_STRUCTURE = "premieres_heures", "structure_hebergement"
HOUSED_BY_STRUCTURE: dict[int | None, float] = {
    PRECARIOUS: 1.5,
    COLLECTIVE: 8.0,
    SEMI_PERMANENT: 4.0,
    PERMANENT: 0.3,
}
"""How much likelier a housing structure refers a person with that level at entry."""


@dataclass(frozen=True)
class Range:
    """What a group of territories and referrers may add up to."""

    territories: tuple[int, ...]
    referrer: int
    low: float
    high: float

    def violation(self, table: list[list[int]]) -> float:
        """How far the table is outside the range, in people."""
        total = sum(table[t][self.referrer] for t in self.territories)
        return max(0.0, self.low - total, total - self.high)


def _referrers() -> list[str]:
    return [row["referrer"] for row in reference_list("referrers")]


def _limits(territory: str, known: int) -> list[tuple[int, int]] | None:
    """Fewest and most people per referrer over so many answers; None where a share cannot be."""
    limits = []
    for referrer in _referrers():
        percent = cell("T09", territory, referrer, "share")
        possible = [0] if percent is None else possible_parts(known, percent)
        if not possible:
            return None
        limits.append((possible[0], possible[-1]))
    return limits


def _slack(limits: list[tuple[int, int]] | None, known: int) -> int:
    """How much room the limits leave around the number of answers."""
    if limits is None:
        return -1
    return min(known - sum(low for low, _ in limits), sum(high for _, high in limits) - known)


def _known(territory: str, supported: int) -> int:
    """The number of known answers that leaves most room."""
    few, many = (int(share * supported) for share in KNOWN_SHARES)
    return max(range(few, many + 1), key=lambda known: _slack(_limits(territory, known), known))


def _ranges(known: list[int]) -> list[Range]:
    """The printed figures that are over several territories."""
    names = _referrers()
    groups = {
        "Total": range(len(known)),
        "urban": [i for i, plan in enumerate(plans()) if plan.urbanity == "urban"],
        "less_urban": [i for i, plan in enumerate(plans()) if plan.urbanity == "less_urban"],
    }

    def share(group: str, referrer: str, percent: float) -> Range:
        base = sum(known[i] for i in groups[group])
        possible = possible_parts(base, percent)
        return Range(tuple(groups[group]), names.index(referrer), possible[0] + 2, possible[-1] - 2)

    ranges = [share("Total", name, cell("T09", "Total", name, "share") or 0) for name in names]
    ranges.append(share("urban", HOUSING_STRUCTURE, prose("N038")))
    ranges.append(share("less_urban", HOUSING_STRUCTURE, prose("N039")))
    referred = prose("N040")
    ranges.append(Range(tuple(groups["Total"]), names.index(PHC), referred, referred))
    return ranges


@cache
def referrals() -> dict[str, dict[str, int]]:
    """People by territory and referrer.

    Raises ValueError where no move brings the table closer to the printed figures.
    """
    known = [_known(plan.territory, plan.supported) for plan in plans()]
    limits = [
        _limits(plan.territory, base) or [] for plan, base in zip(plans(), known, strict=True)
    ]
    table = [
        apportion(base, [low + high for low, high in row], *zip(*row, strict=True))
        for base, row in zip(known, limits, strict=True)
    ]
    ranges = _ranges(known)
    while _violation(table, ranges) > 0:
        _improve(table, limits, ranges)
    return {
        plan.territory: dict(zip(_referrers(), row, strict=True))
        for plan, row in zip(plans(), table, strict=True)
    }


def _violation(table: list[list[int]], ranges: list[Range]) -> float:
    return sum(each.violation(table) for each in ranges)


def _improve(
    table: list[list[int]], limits: list[list[tuple[int, int]]], ranges: list[Range]
) -> None:
    """Make the first move of one person that lessens the violation."""
    before = _violation(table, ranges)
    for row, row_limits in zip(table, limits, strict=True):
        for giver in range(len(row)):
            for taker in range(len(row)):
                if row[giver] == row_limits[giver][0] or row[taker] == row_limits[taker][1]:
                    continue
                row[giver] -= 1
                row[taker] += 1
                if giver != taker and _violation(table, ranges) < before:
                    return
                row[giver] += 1
                row[taker] -= 1
    raise ValueError("the printed shares of the referrers cannot all hold")


def refer(rng: Random, people: list[Pathway]) -> None:
    """Set who referred every supported person."""
    for plan in plans():
        here = [p for p in people if p.territory == plan.territory]
        counts = referrals()[plan.territory]
        order = sorted(counts, key=lambda name: name not in (PHC, HOUSING_STRUCTURE))
        fill(rng, here, "orienteur", {name: counts[name] for name in order}, _likelihood)


def _likelihood(pathway: Pathway, referrer: str) -> float:
    """PHC refers those who went through it, a housing structure those it houses."""
    if referrer == PHC:
        return 40 if pathway.after_phc else 1
    if referrer == HOUSING_STRUCTURE:
        return HOUSED_BY_STRUCTURE.get(pathway.level_at_entry, 1.0)
    if referrer == "maraude_accueil_jour_veille_sociale":
        return 8 if pathway.level_at_entry == STREET else 1
    return 1
