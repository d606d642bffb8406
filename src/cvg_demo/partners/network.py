"""The partners the officers work with: the printed ones, and invented ones for the rest."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from cvg_demo.apportion import scaled, share_out
from cvg_demo.calibration import count, prose, row_labels, rows_of_domain
from cvg_demo.drawing import pick, pick_early, shuffled
from cvg_demo.partners.actions import COUNSELLOR, Action
from cvg_demo.partners.mobilisation import growth

TOTAL = "Total"

PRINTED_PARTNERS = {
    "emploi": (
        "T02",
        {
            "cdi_progressif": "01-Signature CDI progressif",
            "cdi_cdd_autre": "01-Signature CDI, CDD, autre",
            "contrat_suite_parcours": "01-Signature contrat suite de parcours",
            "pmsmp": "02- PMSMP",
        },
    ),
    "logement": (
        "T04",
        {
            "acces_logement_hebergement": "0-Accès lgt/hgt",
            "dossier_logement_hebergement": "1-Dossier logement/hébergement",
            "accompagnement_salarie": "2-Accompagnement salarié",
        },
    ),
}
"""The table of a domain's partners, and the action type or group that each measure counts."""

ALL_NAMED = ("emploi",)
"""Domains whose counted actions all name a partner: a work placement and a contract have a host.

Their table's total is that of the partners it prints; beside them stand those with fewer actions.
"""

DISTINCT_PARTNERS = {"emploi": "N057", "logement": "N074"}
OTHER_DISTINCT_PARTNERS = {
    "santé": 148,
    "accès aux droits": 44,
    "mobilité": 17,
    "suite de parcours": 23,
}

INVENTED_NAMES = {
    "emploi": "Entreprise partenaire",
    "logement": "Bailleur partenaire",
    "santé": "Partenaire santé",
    "accès aux droits": "Partenaire droits",
    "mobilité": "Partenaire mobilité",
    "suite de parcours": "Partenaire parcours",
}


@dataclass(frozen=True)
class Quota:
    """How many actions of some types name a partner; an empty partner means all the others."""

    types: tuple[str, ...]
    partner: str
    number: int


class Network:
    """The partners of a domain; the invented ones work in one territory each."""

    def __init__(self, domain: str, calibrated: Sequence[Action], rng: Random) -> None:
        """Settle the invented partners where the calibrated year has `calibrated` to name them."""
        self.domain = domain
        self.rng = rng
        self.printed = printed_partners(domain)
        places = Counter(sorted(action.territory for action in calibrated))
        names = iter(shuffled(rng, self._invent_names()))
        parts = share_out(_distinct_partners(domain) - len(self.printed), places)
        self.local = {
            territory: [next(names) for _ in range(number)] for territory, number in parts.items()
        }

    def name_partners(
        self, actions: Sequence[Action], naming: Iterable[Action], year: int, volume: float
    ) -> None:
        """Give the actions of a year their partners."""
        known = {
            territory: names[: round(len(names) * growth(year))]
            for territory, names in self.local.items()
        }
        self._fill_quotas(actions, known, volume)
        self._name_local_partners(naming, known, _partners_of(actions))

    def _invent_names(self) -> list[str]:
        number = _distinct_partners(self.domain) - len(self.printed)
        return [f"{INVENTED_NAMES[self.domain]} {index:03d}" for index in range(1, number + 1)]

    def _fill_quotas(
        self, actions: Sequence[Action], known: dict[str, list[str]], volume: float
    ) -> None:
        """Name one partner in as many actions as are printed, first at home where it has one."""
        decks = self._decks(known)
        for types, quotas in _by_types(partner_quotas(self.domain), volume).items():
            free = [action for action in actions if set(types) & set(action.types)]
            free = shuffled(self.rng, free)
            for quota in sorted(quotas, key=lambda quota: not _is_local(quota, free)):
                free.sort(key=lambda action: not _is_home(quota.partner, action.territory))
                named, free = free[: quota.number], free[quota.number :]
                for action in named:
                    action.partners = [quota.partner or _deal(decks, action.territory)]
            for action in free if self.domain in ALL_NAMED else ():
                action.partners = [_deal(decks, action.territory)]

    def _decks(self, known: dict[str, list[str]]) -> dict[str, list[str]]:
        """Per territory, each local partner as often as it may be named without being printed."""
        totals = [count(PRINTED_PARTNERS[self.domain][0], name, "total") for name in self.printed]
        most = min(totals, default=1) - 1
        return {territory: shuffled(self.rng, names * most) for territory, names in known.items()}

    def _name_local_partners(
        self, naming: Iterable[Action], known: dict[str, list[str]], named: set[str]
    ) -> None:
        """Name every local partner that is not yet, then those that are known best again."""
        new = {
            territory: [name for name in shuffled(self.rng, names) if name not in named]
            for territory, names in known.items()
        }
        for action in naming:
            names = known.get(action.territory)
            if not names:
                continue
            waiting = new[action.territory]
            action.partners = [waiting.pop() if waiting else pick_early(self.rng, names)]
            while self.rng.random() < 0.2:
                other = pick(self.rng, names)
                if other not in action.partners:
                    action.partners.append(other)


@cache
def printed_partners(domain: str) -> list[str]:
    """The partners that the domain's table prints, in its order."""
    if domain not in PRINTED_PARTNERS:
        return []
    return [name for name in row_labels(PRINTED_PARTNERS[domain][0]) if name != TOTAL]


@cache
def partner_quotas(domain: str) -> list[Quota]:
    """The quotas of a domain's table: each printed partner, and what its total leaves over."""
    if domain not in PRINTED_PARTNERS:
        return []
    table, measures = PRINTED_PARTNERS[domain]
    quotas = []
    for measure, label in measures.items():
        types = tuple(
            row["action_type"]
            for row in rows_of_domain("action_types", domain)
            if label in (row["action_type"], row["action_group"])
        )
        numbers = {name: count(table, name, measure) for name in printed_partners(domain)}
        numbers[""] = count(table, TOTAL, measure) - sum(numbers.values())
        quotas += [Quota(types, name, number) for name, number in numbers.items()]
    return quotas


def naming_actions(domain: str, actions: Iterable[Action], rng: Random) -> list[Action]:
    """The actions that name partners beside those that a table counts, in a random order."""
    counted = {name for quota in partner_quotas(domain) for name in quota.types}
    chosen = [
        action
        for action in actions
        if counted.isdisjoint(action.types) and rng.random() < _partner_share(action)
    ]
    return shuffled(rng, chosen)


def _partner_share(action: Action) -> float:
    """How many actions like this one name a partner."""
    if action.mentions(COUNSELLOR, "permanents"):
        return 0
    return 0.9 if action.mentions("partenariat", "partenaire") else 0.4


def _distinct_partners(domain: str) -> int:
    if figure := DISTINCT_PARTNERS.get(domain):
        return int(prose(figure))
    return OTHER_DISTINCT_PARTNERS[domain]


def _by_types(quotas: Iterable[Quota], volume: float) -> dict[tuple[str, ...], list[Quota]]:
    """The quotas of a year by the types they are about."""
    numbers = scaled({quota: quota.number for quota in quotas}, volume)
    grouped: dict[tuple[str, ...], list[Quota]] = {}
    for quota, number in numbers.items():
        grouped.setdefault(quota.types, []).append(Quota(quota.types, quota.partner, number))
    return grouped


def _partners_of(actions: Iterable[Action]) -> set[str]:
    return {name for action in actions for name in action.partners}


def _is_home(partner: str, territory: str) -> bool:
    """Whether a partner's name says that it belongs to the territory, e.g. `DOMITYS ROUEN`."""
    return territory.partition("-")[2].casefold() in partner.casefold()


def _is_local(quota: Quota, actions: Iterable[Action]) -> bool:
    return any(_is_home(quota.partner, action.territory) for action in actions)


def _deal(decks: dict[str, list[str]], territory: str) -> str:
    """A partner of the territory, or of another where it has none left."""
    deck = decks.get(territory) or max(decks.values(), key=len)
    return deck.pop()
