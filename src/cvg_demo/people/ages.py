"""Years of birth: the age bands of the supported, and the ages of the long pathways."""

from random import Random

from cvg_demo.apportion import nearest_part
from cvg_demo.calibration import count, prose
from cvg_demo.dates import REPORT_YEAR
from cvg_demo.drawing import draw
from cvg_demo.exports import UNKNOWN, YES
from cvg_demo.people.pathway import Pathway
from cvg_demo.plan import plans

SENIOR = 50
YOUNGEST_AT_ENTRY = 18
BANDS = {(19, 24): 8.5, (36, 49): 29.5, (50, 64): None}
"""Ages and share in percent; the last band takes the rest."""
PRINTED_BAND = (25, 35)
NOT_KNOWN = 0.015
RETIRED = (60, 64)


def age(pathway: Pathway, year: int) -> int | None:
    """Age in the year, None where the year of birth is not known."""
    born = pathway.at_entry.get("annee_naissance")
    return year - int(born) if born else None


def _set_age(pathway: Pathway, years: int) -> None:
    pathway.at_entry["annee_naissance"] = str(REPORT_YEAR - years)


def _youngest(pathway: Pathway) -> int:
    """The lowest age that the pathway's entry allows in the report year."""
    return YOUNGEST_AT_ENTRY + REPORT_YEAR - pathway.entry.year


def _between(rng: Random, low: int, high: int) -> int:
    return low + int(rng.random() * (high - low + 1))


def age_long_pathways(rng: Random, exits: list[Pathway]) -> None:
    """Ages of those who left after more than two years.

    As many are seniors at exit as printed; of the others, and of those who became seniors on the
    way, as many are without RQTH at entry as printed.
    """
    long = [p for p in exits if p.over_two_years]
    seniors: list[Pathway] = []
    for plan in plans():
        here = [p for p in long if p.territory == plan.territory]
        seniors += draw(rng, here, count("T10", plan.territory, "dont_plus_50_ans"))
    chosen = {id(p) for p in seniors}
    younger = [p for p in long if id(p) not in chosen]
    for pathway in younger:
        _set_age(pathway, _between(rng, max(24, _youngest(pathway)), SENIOR - 1))
    became = _became_senior(rng, long, younger, seniors)
    for pathway in seniors:
        on_the_way = REPORT_YEAR - pathway.entry.year
        if id(pathway) in became:
            _set_age(pathway, SENIOR + int(rng.random() * min(on_the_way, 3)))
        else:
            _set_age(pathway, _between(rng, SENIOR + on_the_way, 64))


def _became_senior(
    rng: Random, long: list[Pathway], younger: list[Pathway], seniors: list[Pathway]
) -> set[int]:
    """Seniors at exit who were not at entry; too many younger ones get an RQTH that lapsed."""
    without = [p for p in younger if p.at_entry.get("rqth_entree") != YES]
    missing = nearest_part(len(long), prose("N078")) - len(without)
    if missing < 0:
        lapsing = [p for p in without if p.at_exit["rqth_sortie"] != YES]
        for pathway in draw(rng, lapsing, -missing):
            pathway.at_entry["rqth_entree"] = YES
    eligible = [p for p in seniors if p.at_entry.get("rqth_entree") != YES]
    return {id(p) for p in draw(rng, eligible, max(0, missing))}


def age_everyone(rng: Random, people: list[Pathway]) -> None:
    """Ages of all supported people: the printed band and the printed mean."""
    for pathway in people:
        if pathway.category == "retraite":
            _set_age(pathway, _between(rng, *RETIRED))
    known = int(len(people) * (1 - NOT_KNOWN))
    wanted = {PRINTED_BAND: nearest_part(known, prose("N026"))}
    wanted |= {band: nearest_part(known, share) for band, share in BANDS.items() if share}
    wanted[list(BANDS)[-1]] = known - sum(wanted.values())
    for band, number in wanted.items():
        _fill_band(rng, people, band, number)
    for pathway in people:
        pathway.at_entry.setdefault("annee_naissance", UNKNOWN)
    movable = [p for p in people if not p.over_two_years and p.category != "retraite"]
    _meet_mean(rng, movable, people)


def _fill_band(rng: Random, people: list[Pathway], band: tuple[int, int], number: int) -> None:
    low, high = band
    given = sum(low <= (age(p, REPORT_YEAR) or 0) <= high for p in people)
    eligible = [p for p in people if "annee_naissance" not in p.at_entry and _youngest(p) <= high]

    def weight(pathway: Pathway) -> float:
        young = pathway.at_entry.get("orienteur") == "mission_locale"
        return {24: 30.0, 35: 0.5}.get(high, 0.05) if young else 1.0

    for pathway in draw(rng, eligible, number - given, weight):
        _set_age(pathway, _between(rng, max(low, _youngest(pathway)), high))


def _meet_mean(rng: Random, movable: list[Pathway], people: list[Pathway]) -> None:
    """Move ages within their bands, a year at a time, until the mean is as printed."""
    ages = [a for p in people if (a := age(p, REPORT_YEAR)) is not None]
    excess = sum(ages) - int(prose("N025") * len(ages))
    step = -1 if excess > 0 else 1
    bands = [PRINTED_BAND, *BANDS]
    while excess:
        before = excess
        for pathway in rng.sample(movable, len(movable)):
            years = age(pathway, REPORT_YEAR)
            if years is None or not excess:
                continue
            low, high = next(b for b in bands if b[0] <= years <= b[1])
            if max(low, _youngest(pathway)) <= years + step <= high:
                _set_age(pathway, years + step)
                excess += step
        if excess == before:
            raise ValueError("the age bands do not allow the printed mean age")
