"""What the partnership officers do: the actions of a year, their types, pathways and places."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from random import Random

from cvg_demo.apportion import repeated, scaled, share_out
from cvg_demo.calibration import count, prose, rows_of_domain
from cvg_demo.drawing import pick, pick_weighted, shuffled, working_day
from cvg_demo.exports import NO, UNKNOWN, YES
from cvg_demo.partners.mobilisation import Mobilisation
from cvg_demo.partners.pathways import Days, DeliveredPathway

TYPE_TABLES = {"emploi": "T01", "logement": "T03"}

OTHER_DOMAINS = {
    "santé": (1960, (30, 18, 8, 10, 8, 14, 6, 3, 2, 4)),
    "accès aux droits": (890, (28, 34, 14, 18, 6)),
    "mobilité": (290, (40, 28, 22, 10)),
    "suite de parcours": (240, (50, 22, 28)),
}
"""Actions in the calibrated year, and the weights of their types, where nothing is printed."""

OTHER_COMBINED = 0.08
"""Part of the actions of those domains that carry a second type."""

COMBINED_TYPES = {
    "emploi": (
        ("02- PMSMP", "03- Gestion PMSMP"),
        ("03- Bilan PMSMP", "03- Gestion PMSMP"),
        ("02- PMSMP", "03- Bilan PMSMP", "03- Gestion PMSMP"),
        ("04- Entretien d'embauche", "09- Accompagnement vers l'emploi"),
        ("05- Orientation partenaire", "09- Accompagnement vers l'emploi"),
        ("06- Visite métier/entreprise", "07- Présentation métier"),
        ("08- Atelier emploi", "15- Jobdating/forum"),
        ("11- Partage d'informations CIP", "12- Point CIP"),
        ("16- Recherche partenariat", "17- Suivi partenariat"),
    ),
}
"""Types that one action may carry together; elsewhere any two that concern a pathway."""

NETWORK_WORDS = ("partenariat", "permanents")
COLLECTIVE_WORDS = ("Atelier", "Visite", "forum")
AFTER_EXIT_WORDS = ("post-sortie", "après la sortie")
COUNSELLOR = "CIP"

STAND_IN_DOMAIN = "logement"
STAND_IN_REASON = "Rôle supplétif du travailleur social"
INFORMATION_REASON = "Information du CIP"


@dataclass(eq=False)
class Action:
    """One action of a partnership officer."""

    domain: str
    year: int
    types: tuple[str, ...]
    day: date = date.min
    pathway: DeliveredPathway | None = None
    territory: str = ""
    worksite: str = ""
    partners: list[str] = field(default_factory=list)
    stands_in: str = ""
    reason: str = ""
    experiment: str = ""

    def mentions(self, *words: str) -> bool:
        """Whether one of its types is named with one of the words."""
        return any(word in name for name in self.types for word in words)

    def link(self, pathway: DeliveredPathway, days: Days, rng: Random) -> None:
        """Make it concern a pathway, on a day between two."""
        self.pathway = pathway
        self.territory = pathway.territory
        self.worksite = pathway.worksite
        self.day = working_day(rng, *days)


def yearly_actions(domain: str, year: int, mobilisation: Mobilisation, rng: Random) -> list[Action]:
    """The actions of a domain in a year, complete but for their partners."""
    volume = mobilisation.volume(year)
    counts, distinct = _calibrated_types(domain)
    bundles = bundle_types(
        scaled(counts, volume), round(distinct * volume), _combinations(domain, counts), rng
    )
    actions = [Action(domain, year, bundle) for bundle in shuffled(rng, bundles)]
    _link_after_exit(actions, mobilisation.helped_after_exit(domain, year), rng)
    _link_pathways(actions, mobilisation.linked[domain, year], rng)
    _place_others(actions, mobilisation, year, rng)
    _stand_in(actions, domain, volume, rng)
    _give_reasons(actions, domain, rng)
    return actions


def bundle_types(
    counts: Mapping[str, int],
    distinct: int,
    combined: Sequence[tuple[str, ...]],
    rng: Random,
) -> list[tuple[str, ...]]:
    """`distinct` actions that carry each type as often as counted.

    Types are bundled along the combinations until the typed actions fit into so many.
    """
    left = dict(counts)
    bundles = []
    surplus = sum(counts.values()) - distinct
    while surplus > 0:
        weights = {
            types: min(left[name] for name in types)
            for types in combined
            if len(types) - 1 <= surplus
        }
        bundle = pick_weighted(rng, weights)
        surplus -= len(bundle) - 1
        bundles.append(bundle)
        for name in bundle:
            left[name] -= 1
    return bundles + [(name,) for name in repeated(left)]


def _calibrated_types(domain: str) -> tuple[dict[str, int], int]:
    """Actions by type in the calibrated year, and the number of distinct ones."""
    types = [row["action_type"] for row in rows_of_domain("action_types", domain)]
    if table := TYPE_TABLES.get(domain):
        counts = {name: count(table, name, "actions") for name in types}
        return counts, count(table, "Total", "actions")
    distinct, weights = OTHER_DOMAINS[domain]
    typed = round(distinct * (1 + OTHER_COMBINED))
    return share_out(typed, dict(zip(types, weights, strict=True))), distinct


def _combinations(domain: str, types: Iterable[str]) -> Sequence[tuple[str, ...]]:
    individual = [
        name
        for name in types
        if _pathway_share(name) == 1 and not any(word in name for word in AFTER_EXIT_WORDS)
    ]
    return COMBINED_TYPES.get(domain) or list(combinations(individual, 2))


def _pathway_share(name: str) -> float:
    """How many of the actions of a type concern one pathway."""
    if any(word in name for word in NETWORK_WORDS):
        return 0
    if COUNSELLOR in name:
        return 0.3
    return 0.6 if any(word in name for word in COLLECTIVE_WORDS) else 1


def _link_after_exit(
    actions: list[Action], leavers: list[tuple[DeliveredPathway, Days]], rng: Random
) -> None:
    """Link what is done after an exit to a pathway that ended at most a year before."""
    for action in actions:
        if leavers and action.mentions(*AFTER_EXIT_WORDS):
            pathway, days = pick(rng, leavers)
            action.link(pathway, days, rng)


def _link_pathways(
    actions: list[Action], pathways: list[tuple[DeliveredPathway, Days]], rng: Random
) -> None:
    """Link actions to the pathways on their active days: one to each, and some again."""
    ranks = {}
    for action in actions:
        share = max(map(_pathway_share, action.types))
        if share and not action.mentions(*AFTER_EXIT_WORDS):
            ranks[action] = rng.random() / share
    usual = sum(rank < 1 for rank in ranks.values())
    first = sorted(ranks, key=lambda action: ranks[action])[: max(usual, len(pathways))]
    for index, action in enumerate(shuffled(rng, first)):
        if pathways:
            pathway, days = pathways[index] if index < len(pathways) else pick(rng, pathways)
            action.link(pathway, days, rng)


def _place_others(
    actions: list[Action], mobilisation: Mobilisation, year: int, rng: Random
) -> None:
    """Give a territory and a day to the actions that concern no pathway, and some a worksite."""
    unlinked = [action for action in actions if not action.pathway]
    parts = share_out(len(unlinked), mobilisation.territory_weights(year))
    worksites = mobilisation.worksites(year)
    for action, territory in zip(unlinked, repeated(parts), strict=True):
        action.territory = territory
        action.day = working_day(rng, date(year, 1, 1), date(year, 12, 31))
        if rng.random() < (0.8 if action.mentions(COUNSELLOR) else 0.2):
            action.worksite = pick(rng, worksites[territory])


def _stand_in(actions: list[Action], domain: str, volume: float, rng: Random) -> None:
    """Mark where the officer stood in: rather for those without a social worker of their own."""
    for action in actions:
        answers = (NO, NO, NO, UNKNOWN) if action.pathway else (UNKNOWN, UNKNOWN, NO)
        action.stands_in = pick(rng, answers)
    if domain == STAND_IN_DOMAIN:
        cases = round(prose("N073") * volume)
    else:
        cases = sum(rng.random() < 0.03 for action in actions if action.pathway)
    for action in sorted(actions, key=_has_social_worker)[:cases]:
        action.stands_in = YES


def _has_social_worker(action: Action) -> int:
    """Where a stand-in is needed least: 0 to 2."""
    if not action.pathway:
        return 2
    return int(action.pathway.latest["travailleur_social_exterieur"] == YES)


def _give_reasons(actions: list[Action], domain: str, rng: Random) -> None:
    """Say why the officer was called on, mostly."""
    reasons = [row["request_reason"] for row in rows_of_domain("request_reasons", domain)]
    usual = [name for name in reasons if name not in (STAND_IN_REASON, INFORMATION_REASON)]
    for action in actions:
        if action.stands_in == YES and STAND_IN_REASON in reasons:
            action.reason = STAND_IN_REASON
        elif rng.random() < 0.93:
            informs = rng.random() < (0.75 if action.mentions(COUNSELLOR) else 0.08)
            action.reason = INFORMATION_REASON if informs else pick(rng, usual)
