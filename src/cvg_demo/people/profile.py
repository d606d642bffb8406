"""Who the supported people are, apart from health, housing and difficulties."""

from datetime import date
from random import Random

from cvg_demo.apportion import at_position, nearest_part
from cvg_demo.calibration import count, prose
from cvg_demo.dates import REPORT_YEAR
from cvg_demo.drawing import draw, shuffled_repeats
from cvg_demo.dwellings import COLLECTIVE, PRECARIOUS, SEMI_PERMANENT, STREET
from cvg_demo.people.answers import fill, fill_mix, fill_share
from cvg_demo.people.pathway import Pathway
from cvg_demo.plan import came_with_worksite, plans, printed_bases
from cvg_demo.worksites import Worksite, sizes, sizes_by_territory, women, worksites

SEX_NOT_KNOWN = 0.01
FRENCH_PRINTED = {"01-Paris": "N032", "06-Charente": "N033"}
FRENCH_SHARE = {"urban": 44.0, "less_urban": 66.0}
"""Working shares of French nationals, in percent, where the report prints none."""
FOREIGN = {"UE": 14.0, "apatride": 1.0, "hors UE": 85.0}
LEVELS_ABOVE = {"3": 27.0, "4": 12.0, "5": 4.0, "6": 3.5, "7": 2.0, "8": 0.5}
TIME_ON_STREET = {"moins de 6 mois": 36.0, "6 à 12 mois": 30.0, "1 à 2 ans": 34.0}
STREET_BY_LEVEL: dict[int | None, float] = {
    STREET: 200.0,
    PRECARIOUS: 3.0,
    COLLECTIVE: 4.0,
    SEMI_PERMANENT: 1.5,
}
RECENT_WORK = {"moins de 6 mois": 34.0, "6 à 12 mois": 30.0, "1 à 2 ans": 36.0}


def assign_worksites(rng: Random, people: list[Pathway]) -> None:
    """Give everybody a worksite of their territory, by the sizes of the worksites.

    Nobody has left a worksite before it joined; those that joined last choose first.
    """
    for plan in plans():
        here = [p for p in people if p.territory == plan.territory]
        rng.shuffle(here)
        sizes = sizes_by_territory()[plan.territory]
        for code in sorted(sizes, key=lambda code: worksites()[code].joined_on, reverse=True):
            staff = _staff(worksites()[code], sizes[code], here)
            for pathway in staff:
                pathway.worksite = code
            chosen = {id(pathway) for pathway in staff}
            here = [pathway for pathway in here if id(pathway) not in chosen]


def _staff(worksite: Worksite, size: int, people: list[Pathway]) -> list[Pathway]:
    """So many people for a worksite; on its books when it joined as many as printed, if it is."""
    joined = worksite.joined_on
    number = came_with_worksite(worksite.territory) if joined > date(REPORT_YEAR, 1, 1) else 0
    if number:
        came = [p for p in people if p.exit is None and not p.entered_in(REPORT_YEAR)][:number]
        return came + [p for p in people if p.entry >= joined][: size - number]
    return [p for p in people if p.exit is None or p.exit >= joined][:size]


def set_sex(rng: Random, people: list[Pathway]) -> None:
    """Women and men by worksite."""
    by_worksite: dict[str, list[Pathway]] = {code: [] for code in sizes()}
    for pathway in people:
        if rng.random() > SEX_NOT_KNOWN:
            by_worksite[pathway.worksite].append(pathway)
    known = tuple((code, len(here)) for code, here in by_worksite.items())
    for code, number in women(known).items():
        here = by_worksite[code]
        fill(rng, here, "sexe", {"F": number, "H": len(here) - number})
        for pathway in here:
            if pathway.at_entry["sexe"] == "H" and rng.random() < 0.002:
                pathway.at_entry["sexe"] = "autre"


def set_street_history(rng: Random, people: list[Pathway]) -> None:
    """Time on the street by territory (T07)."""
    measures = ("parcours_rue", "parcours_rue_plus_2_ans")
    for plan in plans():
        here = [p for p in people if p.territory == plan.territory]
        known = printed_bases("T07", plan.territory, measures, range(1, len(here) + 1))
        ever, long = (count("T07", plan.territory, measure) for measure in measures)
        answered = at_position(0.6, known)
        whole = sum(TIME_ON_STREET.values())
        bands = {band: int((ever - long) * share / whole) for band, share in TIME_ON_STREET.items()}
        bands["2 ans et plus"] = long
        bands["moins de 6 mois"] += ever - sum(bands.values())
        on_street = draw(rng, here, ever, _street_likelihood)
        for pathway, band in zip(on_street, shuffled_repeats(rng, bands), strict=True):
            pathway.at_entry["duree_parcours_rue"] = band
        never = {"aucun": answered - ever}
        fill(rng, here, "duree_parcours_rue", never, lambda p, _: 1 / _street_likelihood(p))


def _street_likelihood(pathway: Pathway) -> float:
    """How likely the person is to have lived on the street."""
    weight = STREET_BY_LEVEL.get(pathway.level_at_entry, 1.0)
    return weight * (3 if pathway.after_phc else 1)


def describe(rng: Random, people: list[Pathway]) -> None:
    """Nationality, education, time without work and the outside social worker."""
    for plan in plans():
        here = [p for p in people if p.territory == plan.territory]
        printed = FRENCH_PRINTED.get(plan.territory)
        french = prose(printed) if printed else FRENCH_SHARE[plan.urbanity]
        foreign = {name: share * (100 - french) / 100 for name, share in FOREIGN.items()}
        mix = {"française": french, **foreign}
        fill_mix(rng, here, "nationalite", mix, 0.04, _nationality_likelihood)
    low = prose("N024")
    part = (100 - low) / sum(LEVELS_ABOVE.values())
    above = {level: share * part for level, share in LEVELS_ABOVE.items()}
    levels = {"1": 0.45 * low, "2": 0.55 * low, **above}
    fill_mix(rng, people, "niveau_formation", levels, 0.07)
    _set_time_without_work(rng, people)
    fill_share(rng, people, "travailleur_social_exterieur", prose("N041"), 0.05)


def _nationality_likelihood(pathway: Pathway, nationality: str) -> float:
    """AME is the cover of foreigners from outside the European Union."""
    covered = "AME" in (
        pathway.at_entry.get("couverture_sante_entree"),
        pathway.at_exit.get("couverture_sante_sortie"),
    )
    return 0.001 if covered and nationality in ("française", "UE") else 1


def _set_time_without_work(rng: Random, people: list[Pathway]) -> None:
    known = int(len(people) * 0.93)
    never = nearest_part(known, prose("N043"))
    long = nearest_part(known, prose("N042")) - never
    recent = known - never - long
    whole = sum(RECENT_WORK.values())
    shares = {band: int(recent * share / whole) for band, share in RECENT_WORK.items()}
    shares["1 à 2 ans"] += recent - sum(shares.values())
    fill(
        rng,
        people,
        "duree_sans_emploi",
        {"jamais travaillé": never, "plus de 2 ans": long, **shares},
        _unemployment_likelihood,
    )


def _unemployment_likelihood(pathway: Pathway, band: str) -> float:
    young = int(pathway.at_entry.get("annee_naissance") or 0) > 1998
    if band == "jamais travaillé":
        return 5 if young else 1
    return 0.3 if young and band == "plus de 2 ans" else 1
