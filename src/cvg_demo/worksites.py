"""The worksites: which took part in a year, how large they are, and how many women they employ."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache

from cvg_demo.apportion import apportion, nearest_part
from cvg_demo.calibration import prose, reference_list
from cvg_demo.dates import REPORT_YEAR
from cvg_demo.plan import plans

STILL_IN = 9999
UNEVEN = (1.0, 1.35, 0.8)
LEAST_IN_LEADING = 0.42
"""Least share of women in a worksite that is among those with most women."""


@dataclass(frozen=True)
class Worksite:
    """A worksite, and when it takes part in the programme.

    It has people in its own territory, the first, and in those that it shares.
    """

    code: str
    territories: tuple[str, ...]
    joined_on: date
    last_year: int

    @property
    def territory(self) -> str:
        """Its own territory."""
        return self.territories[0]

    @property
    def first_year(self) -> int:
        """The year in which it joined."""
        return self.joined_on.year

    def takes_part(self, year: int) -> bool:
        """Whether the worksite is in the programme in the year."""
        return self.first_year <= year <= self.last_year


@cache
def worksites() -> dict[str, Worksite]:
    """All worksites by code."""
    shared = reference_list("worksite_territories")
    return {
        row["worksite_id"]: Worksite(
            row["worksite_id"],
            (
                row["territory_id"],
                *(s["territory_id"] for s in shared if s["worksite_id"] == row["worksite_id"]),
            ),
            date.fromisoformat(row["joined_on"] or f"{row['first_year']}-01-01"),
            int(row["last_year"] or STILL_IN),
        )
        for row in reference_list("worksites")
    }


def taking_part(year: int) -> list[Worksite]:
    """The worksites in the programme in the year."""
    return [worksite for worksite in worksites().values() if worksite.takes_part(year)]


@cache
def sizes() -> dict[str, int]:
    """People supported in the report year by worksite, in all its territories."""
    return dict(_together(sizes_by_territory()))


@cache
def sizes_by_territory() -> dict[str, dict[str, int]]:
    """People supported in the report year by territory and worksite.

    In every territory sizes fall with the rank of the worksite; how fast is found by halving, so
    that the largest ones (as many as the report says employ half of all women) have the printed
    share of all people.
    """
    leading = int(prose("N030"))
    everyone = sum(plan.supported for plan in plans())
    flat, steep = 0.0, 2.0
    for _ in range(30):
        slope = (flat + steep) / 2
        largest = sorted(_together(_sizes(slope)).values(), reverse=True)[:leading]
        if 100 * sum(largest) < prose("N031") * everyone:
            flat = slope
        else:
            steep = slope
    return _sizes(steep)


def _sizes(slope: float) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for plan in plans():
        here = [w for w in taking_part(REPORT_YEAR) if plan.territory in w.territories]
        own_first = sorted(here, key=lambda worksite: worksite.territory != plan.territory)
        codes = [worksite.code for worksite in own_first]
        weights = [1 / (rank + 1) ** slope for rank in range(len(codes))]
        shares = apportion(plan.supported, weights)
        found[plan.territory] = dict(zip(codes, shares, strict=True))
    return found


def _together(by_territory: dict[str, dict[str, int]]) -> Counter[str]:
    together: Counter[str] = Counter()
    for here in by_territory.values():
        together.update(here)
    return together


@cache
def women(known_by_worksite: tuple[tuple[str, int], ...]) -> dict[str, int]:
    """Women by worksite, given the number of people whose sex is known.

    The largest worksites employ half of all women together; as many worksites as printed have a
    majority of women, and as many fewer than a fifth.
    """
    known = dict(known_by_worksite)
    leading = sorted(known, key=lambda code: (-sizes()[code], code))[: int(prose("N030"))]
    others = [code for code in known if code not in leading]
    all_women = nearest_part(sum(known.values()), prose("N027"))
    in_leading = all_women // 2 + 2
    majority = {code: number // 2 + 1 for code, number in known.items()}
    least = {code: int(LEAST_IN_LEADING * known[code]) for code in leading}

    with_majority = leading[2:]
    low = [majority[code] if code in with_majority else least[code] for code in leading]
    high = [
        known[code] * 4 // 5 if code in with_majority else majority[code] - 1 for code in leading
    ]
    shares = apportion(in_leading, _uneven(known, leading), low, high)
    ceiling = min(shares) - 1

    few, many = int(prose("N029")), int(prose("N028")) - len(with_majority)
    bands = _bands(known, others, majority, few, many, ceiling)
    low = [bands[code][0] for code in others]
    high = [bands[code][1] for code in others]
    rest = apportion(all_women - in_leading, _uneven(known, others), low, high)
    return dict(zip(leading, shares, strict=True)) | dict(zip(others, rest, strict=True))


def _uneven(known: dict[str, int], codes: list[str]) -> list[float]:
    """Weights by size, some worksites employing more women than others."""
    return [known[code] * UNEVEN[rank % len(UNEVEN)] for rank, code in enumerate(codes)]


def _bands(
    known: dict[str, int],
    others: list[str],
    majority: dict[str, int],
    few: int,
    many: int,
    ceiling: int,
) -> dict[str, tuple[int, int]]:
    """Fewest and most women in every worksite that is not among the leading ones."""
    by_size = sorted(others, key=lambda code: (known[code], code))
    mostly_women = [code for code in by_size if majority[code] + 2 <= ceiling][2::4][:many]
    mostly_men = [code for code in by_size if code not in mostly_women][::2][:few]
    bands = {}
    for code in others:
        people = known[code]
        if code in mostly_women:
            bands[code] = (majority[code], min(people * 4 // 5, ceiling))
        elif code in mostly_men:
            bands[code] = (people // 20, (people - 1) // 5)
        else:
            bands[code] = (people // 5 + 1, min(people // 2, ceiling))
    if len(mostly_women) < many or len(mostly_men) < few:
        raise ValueError("too few worksites for the printed shares of women")
    return bands
