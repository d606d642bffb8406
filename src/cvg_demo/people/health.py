"""Health rights and benefits: at entry, at exit, and what was obtained in between."""

from random import Random

from cvg_demo.apportion import nearest_part
from cvg_demo.calibration import count, prose
from cvg_demo.dates import REPORT_YEAR
from cvg_demo.drawing import draw, pick_weighted
from cvg_demo.exports import NO, YES
from cvg_demo.people.answers import fill, fill_share, yes_or_no
from cvg_demo.people.pathway import Pathway
from cvg_demo.plan import plans

COVERAGE = {"base et complémentaire": 62, "base": 26, "AME": 7, "aucune": 5}
BETTER_COVERAGE = {
    "base > base et complémentaire": 70,
    "aucune > base et complémentaire": 10,
    "AME > base": 8,
    "AME > base et complémentaire": 8,
    "aucune > base": 4,
}
RIGHTS = {"medecin_traitant": 55, "rqth": 30, "aah": 15}
"""Rights that can be obtained during a pathway, and how often each is the only one."""
HELD_AT_ENTRY = {"medecin_traitant": 0.74, "rqth": 0.10, "aah": 0.03, "pension_invalidite": 0.025}
CHECKUP_OR_COVERAGE_SHARE = 0.85
UNKNOWN_AT_ENTRY = 0.05
UNKNOWN_AT_EXIT = 0.07
RSA_AGE = 25


def open_rights(rng: Random, exits: list[Pathway]) -> None:
    """Set the health columns of everyone who left; what was obtained is what is printed."""
    for plan in plans():
        here = [p for p in exits if p.territory == plan.territory]
        complete = [p for p in here if p.complete]
        long = [p for p in here if p.over_two_years]
        holders = draw(rng, long, count("T10", plan.territory, "dont_rqth_sortie"))
        for pathway in long:
            pathway.at_exit["rqth_sortie"] = NO
        for pathway in holders:
            pathway.at_exit["rqth_sortie"] = YES
        _grant(rng, plan.territory, complete)
        for pathway in holders:
            pathway.at_entry.setdefault("rqth_entree", YES)
        for pathway in here:
            _describe(rng, pathway, free=not pathway.complete)


def _grant(rng: Random, territory: str, complete: list[Pathway]) -> None:
    """Give check-ups, better coverage and other rights, each to as many as printed."""
    granted = count("T15", territory, "ouverture_droit_sante")
    checkups = count("T15", territory, "bilan_sante")
    coverages = count("T15", territory, "amelioration_couverture")
    either = int(CHECKUP_OR_COVERAGE_SHARE * granted)
    either = min(max(either, checkups, coverages), granted, checkups + coverages)
    people = draw(rng, complete, granted)
    for pathway in people[:checkups]:
        pathway.at_exit["bilan_sante"] = YES
    for pathway in people[either - coverages : either]:
        before, after = pick_weighted(rng, BETTER_COVERAGE).split(" > ")
        pathway.at_entry["couverture_sante_entree"] = before
        pathway.at_exit["couverture_sante_sortie"] = after
    for position, pathway in enumerate(people):
        if position >= either or rng.random() < 0.15:
            _obtain(rng, pathway)


def _obtain(rng: Random, pathway: Pathway) -> None:
    """One right that was not held at entry and is at exit."""
    right = pick_weighted(rng, RIGHTS)
    if right == "rqth" and pathway.at_exit.get("rqth_sortie") == NO:
        right = "medecin_traitant"
    pathway.at_entry[f"{right}_entree"] = NO
    pathway.at_exit[f"{right}_sortie"] = YES


def _describe(rng: Random, pathway: Pathway, free: bool) -> None:
    """The health columns that are not set yet; nothing is obtained unless `free`."""
    entry, at_exit = pathway.at_entry, pathway.at_exit
    at_exit.setdefault("bilan_sante", pick_weighted(rng, {NO: 85, "": 8, YES: 7 if free else 0}))
    if "couverture_sante_entree" not in entry:
        entry["couverture_sante_entree"] = pick_weighted(rng, COVERAGE | {"": 4})
        at_exit["couverture_sante_sortie"] = _later(rng, entry["couverture_sante_entree"])
    for right, share in HELD_AT_ENTRY.items():
        before, after = f"{right}_entree", f"{right}_sortie"
        if after in at_exit and before not in entry:
            entry[before] = NO if rng.random() > UNKNOWN_AT_ENTRY else ""
        if before in entry and after in at_exit:
            continue
        held = entry.setdefault(before, _held(rng, share))
        later = YES if free and held == NO and rng.random() < 0.03 else _later(rng, held)
        at_exit.setdefault(after, later)


def _held(rng: Random, share: float) -> str:
    if rng.random() < UNKNOWN_AT_ENTRY:
        return ""
    return yes_or_no(rng.random() < share)


def _later(rng: Random, answer: str) -> str:
    """The same answer at exit, or none."""
    return "" if rng.random() < UNKNOWN_AT_EXIT else answer


def describe_benefits(rng: Random, people: list[Pathway]) -> None:
    """Set rights and benefits at entry of all supported people, the printed shares held."""
    _describe_staying(rng, [p for p in people if p.exit is None])
    fill_share(rng, people, "rqth_entree", prose("N035"), UNKNOWN_AT_ENTRY)
    fill_share(rng, people, "rsa_entree", prose("N034"), UNKNOWN_AT_ENTRY, _rsa_likelihood)
    without_rsa = [p for p in people if p.at_entry.get("rsa_entree") == NO]
    wanted = nearest_part(len(without_rsa), prose("N036"))
    wanted -= sum(_other_benefit(p) for p in without_rsa)
    others = [p for p in without_rsa if not _other_benefit(p)]
    for pathway in draw(rng, others, wanted):
        pathway.at_entry["ass_entree"] = YES
    rest = [p for p in people if "ass_entree" not in p.at_entry]
    fill(rng, rest, "ass_entree", {NO: int(len(rest) * 0.95)})


def _describe_staying(rng: Random, staying: list[Pathway]) -> None:
    for pathway in staying:
        pathway.at_entry["couverture_sante_entree"] = pick_weighted(rng, COVERAGE | {"": 5})
        for right, share in HELD_AT_ENTRY.items():
            if right != "rqth":
                pathway.at_entry[f"{right}_entree"] = _held(rng, share)


def _rsa_likelihood(pathway: Pathway, answer: str) -> float:
    """Who holds a disability allowance, or is under 25, seldom has RSA."""
    young = pathway.at_entry.get("annee_naissance", "") > str(REPORT_YEAR - RSA_AGE)
    return 0.2 if answer == YES and (young or _other_benefit(pathway)) else 1


def _other_benefit(pathway: Pathway) -> bool:
    return YES in (pathway.at_entry.get("aah_entree"), pathway.at_entry.get("rqth_entree"))
