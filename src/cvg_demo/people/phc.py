"""Who came through Premières Heures en Chantier (PHC), the programme before this one."""

from random import Random

from cvg_demo.apportion import apportion, nearest_part, possible_parts
from cvg_demo.calibration import count, prose
from cvg_demo.dates import DAYS_PER_MONTH, REPORT_YEAR
from cvg_demo.drawing import draw
from cvg_demo.dwellings import housing_of
from cvg_demo.exports import NO, YES
from cvg_demo.people.pathway import Pathway
from cvg_demo.plan import JOB_CATEGORIES, plans

SETTLED_OF_UNSETTLED = 2 / 9
"""People after PHC who had permanent housing at entry, per one who had not (working figure)."""
ENTERED_EXIT_SHARE = 1 / 3
NOT_KNOWN = 0.05
MARGIN_MONTHS = 0.3
SAME_SHARE = 0.02
"""Nearly the same share of exits without news (working figure)."""
KINDS_OF_EXIT = NEUTRAL, JOB, NO_JOB = "neutral", "job", "no job"
HIRED_FROM = (0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 4)
"""Housing levels of people hired by PHC, each as often as it stands here."""


def settled_at_entry() -> int:
    """People who left after PHC and had permanent housing at entry."""
    return int(prose("N094") * SETTLED_OF_UNSETTLED + 0.5)


def _mark_leavers(rng: Random, exits: list[Pathway]) -> None:
    """Mark those who left, outside the trial period: some neutrally, some to a job."""
    pools = {plan.territory: _eligible(rng, exits, plan.territory) for plan in plans()}
    numbers = _leavers_by_kind(pools)
    drawn = _draw_leavers(rng, pools, numbers)
    while not _fare_alike(drawn, exits):
        drawn = _draw_leavers(rng, pools, numbers)
    for pathway in drawn:
        pathway.at_entry["passage_phc"] = YES


def _draw_leavers(
    rng: Random, pools: dict[str, list[Pathway]], numbers: list[tuple[int, int, int]]
) -> list[Pathway]:
    """So many of each territory and kind, seldom with a long pathway."""
    return [
        pathway
        for pool, parts in zip(pools.values(), numbers, strict=True)
        for kind, number in zip(KINDS_OF_EXIT, parts, strict=True)
        for pathway in draw(rng, [p for p in pool if _kind(p) == kind], number, _likelihood)
    ]


def _likelihood(pathway: Pathway) -> float:
    return 0.3 if pathway.over_two_years else 1


def _fare_alike(drawn: list[Pathway], exits: list[Pathway]) -> bool:
    """Whether they stay as long as the others, and go without news as seldom, as printed."""
    chosen = {id(pathway) for pathway in drawn}
    others = [p for p in exits if p.in_duration and id(p) not in chosen]
    apart = abs(_mean_days(drawn) - _mean_days(others)) / DAYS_PER_MONTH
    lost = abs(_share_lost(drawn) - _share_lost(others))
    return apart < prose("N409") - MARGIN_MONTHS and lost < SAME_SHARE


def _mean_days(pathways: list[Pathway]) -> float:
    return sum((p.exit_day - p.entry).days for p in pathways) / len(pathways)


def _share_lost(pathways: list[Pathway]) -> float:
    """Share of the non-neutral exits that are without news, or to no activity."""
    leavers = [p for p in pathways if p.non_neutral]
    return sum(p.category in ("sans_nouvelle", "inactif") for p in leavers) / len(leavers)


def _leavers_by_kind(pools: dict[str, list[Pathway]]) -> list[tuple[int, int, int]]:
    """How many left in which kind after PHC, by territory."""
    everyone = [count("T08", territory, "phc_accompagnes") for territory in pools]
    leaving = int(prose("N094")) + settled_at_entry()
    shares = apportion(leaving, everyone, high=[number // 2 for number in everyone])

    supply = [sum(_kind(p) == NEUTRAL for p in pool) for pool in pools.values()]
    limits = [min(share // 2, most) for share, most in zip(shares, supply, strict=True)]
    neutrals = apportion(leaving - int(prose("N092")), supply, high=limits)

    others = [share - part for share, part in zip(shares, neutrals, strict=True)]
    jobs = apportion(nearest_part(int(prose("N092")), prose("N093")), others, high=others)
    return [
        (neutral, job, other - job)
        for neutral, job, other in zip(neutrals, jobs, others, strict=True)
    ]


def _kind(pathway: Pathway) -> str:
    if not pathway.non_neutral:
        return NEUTRAL
    return JOB if pathway.category in JOB_CATEGORIES else NO_JOB


def _eligible(rng: Random, exits: list[Pathway], territory: str) -> list[Pathway]:
    """Exits that may be after PHC: most entered before the year, so that its entries suffice."""
    pool = [p for p in exits if p.territory == territory and p.in_duration]
    entered = [p for p in pool if p.entered_in(REPORT_YEAR)]
    allowed = int(count("T08", territory, "phc_entres") * ENTERED_EXIT_SHARE)
    few = draw(rng, entered, min(allowed, len(entered)))
    return [p for p in pool if not p.entered_in(REPORT_YEAR)] + few


def mark(rng: Random, exits: list[Pathway], staying: list[Pathway]) -> None:
    """Set `passage_phc` for everyone so that the printed numbers per territory hold."""
    _mark_leavers(rng, exits)
    for plan in plans():
        here = [p for p in exits + staying if p.territory == plan.territory]
        entered = count("T08", plan.territory, "phc_entres")
        everyone = count("T08", plan.territory, "phc_accompagnes")
        _top_up(rng, [p for p in here if p.entered_in(REPORT_YEAR)], entered)
        _top_up(rng, [p for p in here if not p.entered_in(REPORT_YEAR)], everyone - entered)
    for pathway in exits + staying:
        if not pathway.after_phc and rng.random() > NOT_KNOWN:
            pathway.at_entry["passage_phc"] = NO


def _top_up(rng: Random, pathways: list[Pathway], number: int) -> None:
    """Mark more people until their number is reached: who stayed, or one who left on trial."""
    staying = [p for p in pathways if p.exit is None]
    trial = [p for p in pathways if p.exit and not p.in_duration][:1]
    missing = number - sum(p.after_phc for p in pathways)
    for pathway in draw(rng, staying + trial, missing):
        pathway.at_entry["passage_phc"] = YES


def house_when_hired(rng: Random, pathways: list[Pathway]) -> None:
    """Set the housing when PHC hired the person; of those who entered in the year, as printed."""
    entered = [p for p in pathways if p.after_phc and p.entered_in(REPORT_YEAR)]
    known = _known_answers(len(entered))
    settled = possible_parts(known, prose("N099"))[0]
    street = possible_parts(known, prose("N101"))[0]
    levels = [3] * (settled * 2 // 3) + [4] * (settled - settled * 2 // 3) + [0] * street
    levels += [1 + (i % 3 > 0) for i in range(known - settled - street)]
    for pathway, level in zip(draw(rng, entered, known), levels, strict=True):
        pathway.at_entry["logement_entree_phc"] = housing_of(rng, level)
    for pathway in pathways:
        if pathway.after_phc and not pathway.entered_in(REPORT_YEAR) and rng.random() > 0.1:
            level = HIRED_FROM[int(rng.random() * len(HIRED_FROM))]
            pathway.at_entry["logement_entree_phc"] = housing_of(rng, level)


def _known_answers(people: int) -> int:
    """The most answers, short of all, over which both printed shares can hold."""
    return next(
        known
        for known in range(people - people // 20, 0, -1)
        if possible_parts(known, prose("N099")) and possible_parts(known, prose("N101"))
    )
