"""The exits of the report year: their dates, how long the pathways were, and why they ended."""

from datetime import date, timedelta
from random import Random

from cvg_demo.apportion import apportion
from cvg_demo.calibration import cell, count, prose
from cvg_demo.dates import REPORT_YEAR, months_before, off_boundary
from cvg_demo.drawing import draw, pick_weighted, shuffled_repeats
from cvg_demo.exports import NO, YES
from cvg_demo.people.pathway import Pathway
from cvg_demo.plan import JOB_CATEGORIES, OTHER_CATEGORIES, TerritoryPlan, plans

REASON_WEIGHTS = {
    "emploi_durable": {"04": 44, "13": 36, "01": 8, "19": 5, "17": 4, "07": 3},
    "emploi_transition": {"14": 75, "20": 25},
    "suite_parcours_iae": {"02": 1},
    "formation": {"08": 1},
    "autre_emploi_formation": {"18": 1},
    "retraite": {"21": 1},
    "sans_nouvelle": {"12": 1},
    "inactif": {"09": 1},
    "chomage": {"10": 1},
    "neutre": {"23": 45, "25": 30, "24": 19, "22": 6},
    "trial": {"26": 35, "27": 65},
}
FIRST_HALF_SHARE = 0.45
MEDIAN_ABOUT = {"04-Nantes": "N081"}
MEDIAN_BELOW = {"03-Lille": "N079", "08-Rouen": "N080"}

Band = tuple[float, float, int]
"""Shortest and longest duration in months, and how many pathways lie between."""

LONG_BANDS = {(24.4, 35.6): 66.0, (36.4, 47.6): 20.0, (48.4, 59.6): 9.0, (60.5, 76.0): 5.0}


def reason(rng: Random, category: str) -> str:
    """An exit reason of the category, the usual ones likelier."""
    return pick_weighted(rng, REASON_WEIGHTS[category])


def random_day(rng: Random, year: int, first_half: bool) -> date:
    """A day within one half of the year, off its first and last days."""
    start = date(year, 1, 3) if first_half else date(year, 7, 3)
    return start + timedelta(days=int(rng.random() * 175))


def _short_bands(territory: str, number: int, short_share: float) -> list[Band]:
    """The bands of up to 24 months; the printed medians are met by where they are cut."""
    if territory in MEDIAN_ABOUT:
        median = prose(MEDIAN_ABOUT[territory])
        total = int(cell("T10", territory, "parcours_plus_2_ans") or 0) + number
        below = (total - 3) // 2
        under_a_year = int(0.62 * below)
        return [
            (0.8, 11.6, under_a_year),
            (12.4, median - 0.5, below - under_a_year),
            (median - 0.15, median + 0.15, 3),
            (median + 0.5, 23.6, number - below - 3),
        ]
    if territory in MEDIAN_BELOW:
        bound = prose(MEDIAN_BELOW[territory])
        shortest, year = int(short_share * number), int(0.04 * number) + 1
        rest = number - shortest - year
        return [(0.8, bound - 0.5, shortest), (bound, 11.6, year), (12.4, 23.6, rest)]
    shortest = int(short_share * number)
    return [(0.8, 11.6, shortest), (12.4, 23.6, number - shortest)]


def _bands(plan: TerritoryPlan) -> list[Band]:
    """The bands of a territory: fewer short pathways where the mean duration is long."""
    mean = cell("T10", plan.territory, "duree_moyenne_mois", "mean") or 0
    national = cell("T10", "Total", "duree_moyenne_mois", "mean") or 0
    over = count("T10", plan.territory, "parcours_plus_2_ans")
    under = plan.duration - over
    short_share = (prose("N076") / 100 + 0.015 * (national - mean)) * plan.duration / under
    long = apportion(over, list(LONG_BANDS.values()))
    return _short_bands(plan.territory, under, short_share) + [
        (low, high, number) for (low, high), number in zip(LONG_BANDS, long, strict=True)
    ]


def durations(rng: Random, bands: list[Band], mean: float) -> list[float]:
    """Durations in months within their bands, with the given mean, in random order.

    One exponent bends all bands: it is found by halving, since the mean falls as it grows.
    """
    spots = [(low, high, rng.random()) for low, high, number in bands for _ in range(number)]

    def bent(exponent: float) -> list[float]:
        return [low + (high - low) * spot**exponent for low, high, spot in spots]

    small, great = 0.02, 50.0
    for _ in range(40):
        middle = (small * great) ** 0.5
        if sum(bent(middle)) > mean * len(spots):
            small = middle
        else:
            great = middle
    months = bent(great)
    rng.shuffle(months)
    return months


def _ended(rng: Random, plan: TerritoryPlan) -> list[Pathway]:
    """The pathways of base DURATION, with their dates."""
    mean = cell("T10", plan.territory, "duree_moyenne_mois", "mean") or 0
    ended = []
    for months in durations(rng, _bands(plan), mean):
        last = random_day(rng, REPORT_YEAR, rng.random() < FIRST_HALF_SHARE)
        ended.append(Pathway(plan.territory, months_before(last, months), last))
    return ended


def broken_trial(rng: Random, territory: str, year: int) -> Pathway:
    """A pathway that ended within its trial period."""
    last = random_day(rng, year, rng.random() < FIRST_HALF_SHARE)
    first = off_boundary(last - timedelta(days=3 + int(rng.random() * 30)))
    form = YES if rng.random() < 0.6 else NO
    at_exit = {"motif_sortie": reason(rng, "trial"), "fiche_complete": form}
    return Pathway(territory, first, last, at_exit=at_exit)


def _lasting_jobs_in_first_half(ended: dict[str, list[Pathway]]) -> dict[str, int]:
    """How many of each territory's lasting jobs began in the first half of the year."""
    jobs = [count("T12", territory, "emploi_durable") for territory in ended]
    early = [sum(p.first_half for p in pathways) for pathways in ended.values()]
    low = [max(0, n - len(p) // 3) for n, p in zip(jobs, ended.values(), strict=True)]
    high = [min(n, e) for n, e in zip(jobs, early, strict=True)]
    return dict(zip(ended, apportion(int(prose("N082")), jobs, low, high), strict=True))


def _give_reasons(rng: Random, plan: TerritoryPlan, ended: list[Pathway], early_jobs: int) -> None:
    """Set every reason: lasting jobs by half-year, the other categories at random.

    Nobody retires from a long pathway: the ages of these are printed, whatever the reason.
    """
    wanted = plan.categories(JOB_CATEGORIES) | plan.categories(OTHER_CATEGORIES)
    wanted["chomage"] -= plan.exited_twice
    wanted["neutre"] = plan.neutral - plan.trial
    late_jobs = wanted.pop("emploi_durable") - early_jobs
    lasting = draw(rng, [p for p in ended if p.first_half], early_jobs)
    lasting += draw(rng, [p for p in ended if not p.first_half], late_jobs)
    for pathway in lasting:
        pathway.at_exit["motif_sortie"] = reason(rng, "emploi_durable")
    short = [p for p in ended if not p.reason and not p.over_two_years]
    for pathway in draw(rng, short, wanted.pop("retraite")):
        pathway.at_exit["motif_sortie"] = reason(rng, "retraite")
    others = [p for p in ended if not p.reason]
    for pathway, category in zip(
        rng.sample(others, len(others)), shuffled_repeats(rng, wanted), strict=False
    ):
        pathway.at_exit["motif_sortie"] = reason(rng, category)


def _file_forms(rng: Random, plan: TerritoryPlan, ended: list[Pathway]) -> None:
    """Mark the complete forms; the incomplete ones are those whose reason is missing, first.

    Of the incomplete forms without a reason some give one that counts nowhere, since their table
    is over complete forms only.
    """
    for pathway in ended:
        pathway.at_exit["fiche_complete"] = YES
        if not pathway.non_neutral and rng.random() < 0.1:
            pathway.at_exit["fiche_complete"] = NO
    leavers = [p for p in ended if p.non_neutral]
    without_reason = [p for p in leavers if not p.reason]
    with_job = [p for p in leavers if p.category in JOB_CATEGORIES[1:]]
    for pathway in (without_reason + with_job)[: plan.non_neutral - plan.complete]:
        pathway.at_exit["fiche_complete"] = NO
        if not pathway.reason and rng.random() < 0.4:
            pathway.at_exit["motif_sortie"] = reason(rng, "sans_nouvelle")


def report_year_exits(rng: Random) -> list[Pathway]:
    """Every person's exit of the report year, one pathway each, in the order of territories."""
    ended = {plan.territory: _ended(rng, plan) for plan in plans()}
    early = _lasting_jobs_in_first_half(ended)
    for plan in plans():
        _give_reasons(rng, plan, ended[plan.territory], early[plan.territory])
        _file_forms(rng, plan, ended[plan.territory])
    return [
        pathway
        for plan in plans()
        for pathway in ended[plan.territory]
        + [broken_trial(rng, plan.territory, REPORT_YEAR) for _ in range(plan.trial)]
    ]


def extend(rng: Random, ended: list[Pathway]) -> None:
    """Mark the pathways extended under the programme: of the long ones, as many as printed."""
    for plan in plans():
        long = [p for p in ended if p.territory == plan.territory and p.over_two_years]
        number = count("T10", plan.territory, "dont_prolongation_convergence")
        for pathway in draw(rng, long, number):
            pathway.at_exit["prolongation_convergence"] = YES
    for pathway in ended:
        if rng.random() < 0.93:
            pathway.at_exit.setdefault("prolongation_convergence", NO)
