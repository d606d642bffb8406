"""The eight difficulties diagnosed at entry, and what became of them by the exit."""

from collections.abc import Callable
from random import Random

from cvg_demo.apportion import apportion, at_position, nearest_part, possible_parts
from cvg_demo.calibration import count, prose, reference_list
from cvg_demo.drawing import draw, pick_weighted
from cvg_demo.dwellings import SEMI_PERMANENT, STREET
from cvg_demo.exports import NO, UNKNOWN, YES
from cvg_demo.people.answers import fill
from cvg_demo.people.pathway import Pathway
from cvg_demo.plan import plans, printed_bases

DIFFICULTIES = tuple(row["difficulty"] for row in reference_list("difficulties"))
HOUSING = "logement"
OF_LEAVERS = {
    "illettrisme_linguistique": "Illettrisme",
    "sante": "Santé",
    "administratif": "Administratif",
    "mobilite": "Mobilité",
    "surendettement": "Surendettement",
}
"""Difficulties whose number among those who left is printed in T06, and their row there."""
OF_SUPPORTED = {"administratif": "N048", "illettrisme_linguistique": "N049"}
SHARES = {
    "sante": 57.0,
    "mobilite": 55.0,
    "surendettement": 40.0,
    "disponibilite": 46.0,
    "justice": 27.0,
}
"""Working shares of supported people, in percent, where the report prints none."""
RESOLVED_PRINTED = {HOUSING: "N105", "sante": "N106", "administratif": "N107"}
RESOLVED = {
    "illettrisme_linguistique": 58.0,
    "mobilite": 61.0,
    "surendettement": 66.0,
    "disponibilite": 57.0,
    "justice": 63.0,
}
NO_DIAGNOSIS = 0.03
NOT_KNOWN = 0.03
SOLVED = {"Résolue": 55, "En cours de résolution": 45}
UNSOLVED = {"Non résolue": 80, "Refus accompagnement": 20}
STATUS_UNKNOWN = 0.08
LESS_AFTER_PHC = 0.9
"""Difficulties solved after PHC, against those of the others (the report says: fewer)."""
FEW, MANY = 2, 4


def entry_column(difficulty: str) -> str:
    """The column of the difficulty at entry."""
    return f"difficulte_{difficulty}_entree"


def has_difficulty(pathway: Pathway, difficulty: str) -> bool:
    """The person had the difficulty at entry."""
    return pathway.at_entry.get(entry_column(difficulty)) == YES


def diagnose(rng: Random, people: list[Pathway]) -> None:
    """Set the difficulties of all supported people so that every printed number holds."""
    undiagnosed = {id(p) for p in people if not p.non_neutral and rng.random() < NO_DIAGNOSIS}
    _diagnose_housing(rng, people, undiagnosed)
    for difficulty in DIFFICULTIES:
        if difficulty != HOUSING:
            _diagnose(rng, difficulty, people, undiagnosed)
    _spread(rng, people)


def _diagnose_housing(rng: Random, people: list[Pathway], undiagnosed: set[int]) -> None:
    """Housing difficulties by territory (T07), a third of the well-housed having one (N047)."""
    groups: list[list[Pathway]] = []
    numbers: list[int] = []
    for plan in plans():
        here = [p for p in people if p.territory == plan.territory]
        measures = ("difficulte_logement_entree",)
        known = printed_bases("T07", plan.territory, measures, range(1, len(here) + 1))
        rng.shuffle(here)
        here.sort(key=lambda p: id(p) in undiagnosed)
        groups.append(here[: at_position(0.6, known)])
        numbers.append(count("T07", plan.territory, measures[0]))
        for pathway in here[at_position(0.6, known) :]:
            pathway.at_entry[entry_column(HOUSING)] = UNKNOWN
    housed = [[p for p in group if _well_housed(p)] for group in groups]
    low = [max(0, n - (len(g) - len(h))) for n, g, h in zip(numbers, groups, housed, strict=True)]
    high = [min(n, len(h)) for n, h in zip(numbers, housed, strict=True)]
    weights = [n * len(h) / len(g) for n, g, h in zip(numbers, groups, housed, strict=True)]
    total = nearest_part(sum(map(len, housed)), prose("N047"))
    for group, well, number, part in zip(
        groups, housed, numbers, apportion(total, weights, low, high), strict=True
    ):
        others = [p for p in group if not _well_housed(p)]
        for pathway in draw(rng, well, part) + draw(rng, others, number - part):
            pathway.at_entry[entry_column(HOUSING)] = YES
        for pathway in group:
            pathway.at_entry.setdefault(entry_column(HOUSING), NO)


def _well_housed(pathway: Pathway) -> bool:
    return (pathway.level_at_entry or STREET) >= SEMI_PERMANENT


def _diagnose(rng: Random, difficulty: str, people: list[Pathway], undiagnosed: set[int]) -> None:
    """One other difficulty: of those who left as T06 prints, then of all supported."""
    name = entry_column(difficulty)
    if difficulty in OF_LEAVERS:
        for after_phc, measure in ((False, "salaries_cvg"), (True, "salaries_suite_phc")):
            group = [p for p in people if p.non_neutral and p.after_phc is after_phc]
            number = count("T06", OF_LEAVERS[difficulty], measure)
            fill(rng, group, name, {YES: number})
            for pathway in group:
                pathway.at_entry.setdefault(name, UNKNOWN if rng.random() < NOT_KNOWN else NO)
    for pathway in people:
        if id(pathway) in undiagnosed or rng.random() < NOT_KNOWN:
            pathway.at_entry.setdefault(name, UNKNOWN)
    known = sum(p.at_entry.get(name) != UNKNOWN for p in people)
    percent = prose(OF_SUPPORTED[difficulty]) if difficulty in OF_SUPPORTED else SHARES[difficulty]
    yes = nearest_part(known, percent)
    fill(rng, people, name, {YES: yes, NO: known - yes})


class Exchange:
    """Answers that change hands within groups of people, so that the printed numbers stay."""

    def __init__(self, rng: Random, people: list[Pathway]) -> None:
        self.numbers = {id(p): sum(has_difficulty(p, d) for d in DIFFICULTIES) for p in people}
        self._groups: dict[tuple[bool, bool], list[Pathway]] = {}
        for pathway in rng.sample(people, len(people)):
            self._group(pathway).append(pathway)

    def _group(self, pathway: Pathway) -> list[Pathway]:
        """Those with whom the pathway may exchange: T06 counts them in the same cell."""
        return self._groups.setdefault((pathway.non_neutral, pathway.after_phc), [])

    def number(self, pathway: Pathway) -> int:
        """How many difficulties the person has."""
        return self.numbers[id(pathway)]

    def many(self) -> int:
        """How many people have many difficulties."""
        return sum(number >= MANY for number in self.numbers.values())

    def give(self, taker: Pathway, giver_may_have: Callable[[int], bool]) -> bool:
        """Pass on one difficulty of somebody whose number of difficulties allows it."""
        group = self._group(taker)
        for giver in group:
            if giver_may_have(self.number(giver)) and self._pass(giver, taker):
                group.remove(giver)
                group.append(giver)
                return True
        return False

    def _pass(self, giver: Pathway, taker: Pathway) -> bool:
        """Exchange the answers to one question; housing stays, it is printed by territory."""
        for difficulty in DIFFICULTIES:
            name = entry_column(difficulty)
            if (
                difficulty != HOUSING
                and has_difficulty(giver, difficulty)
                and taker.at_entry[name] == NO
            ):
                giver.at_entry[name], taker.at_entry[name] = NO, YES
                self.numbers[id(giver)] -= 1
                self.numbers[id(taker)] += 1
                return True
        return False


def _spread(rng: Random, people: list[Pathway]) -> None:
    """Exchange answers until hardly anybody has one difficulty, and as many as printed many."""
    diagnosed = [p for p in people if any(p.at_entry[entry_column(d)] for d in DIFFICULTIES)]
    exchange = Exchange(rng, diagnosed)
    for pathway in diagnosed:
        while exchange.number(pathway) < FEW:
            if not exchange.give(pathway, lambda number: number > FEW and number != MANY):
                break
    possible = possible_parts(len(diagnosed), prose("N051"))
    many = exchange.many()
    for pathway in diagnosed:
        if many < at_position(0.2, possible) and exchange.number(pathway) == MANY - 1:
            many += exchange.give(pathway, lambda number: number > MANY)
        elif many > at_position(0.8, possible) and exchange.number(pathway) > MANY:
            many -= exchange.give(pathway, lambda number: number == MANY)


def resolve(rng: Random, exits: list[Pathway]) -> None:
    """Set the status at exit of every difficulty met at entry."""
    leavers = [p for p in exits if p.non_neutral]
    for difficulty in DIFFICULTIES:
        met = [p for p in leavers if has_difficulty(p, difficulty)]
        known = draw(rng, met, int(len(met) * (1 - STATUS_UNKNOWN)))
        percent = (
            prose(RESOLVED_PRINTED[difficulty])
            if difficulty in RESOLVED_PRINTED
            else RESOLVED[difficulty]
        )
        solved = nearest_part(len(known), percent)
        rng.shuffle(known)
        after_phc = [p for p in known if p.after_phc]
        others = [p for p in known if not p.after_phc]
        seldom = int(len(after_phc) * LESS_AFTER_PHC * solved / max(len(known), 1))
        with_success = after_phc[:seldom] + others[: solved - seldom]
        chosen = {id(p) for p in with_success}
        for pathway in known:
            statuses = SOLVED if id(pathway) in chosen else UNSOLVED
            pathway.at_exit[f"difficulte_{difficulty}_sortie"] = pick_weighted(rng, statuses)
        for pathway in exits:
            if (
                not pathway.non_neutral
                and has_difficulty(pathway, difficulty)
                and rng.random() < 0.4
            ):
                status = pick_weighted(rng, SOLVED | UNSOLVED)
                pathway.at_exit[f"difficulte_{difficulty}_sortie"] = status
