"""Housing at entry and at exit: the moves of those who left, then the entry of everyone else."""

from collections import Counter
from collections.abc import Callable
from random import Random

from cvg_demo.apportion import (
    apportion,
    nearest_part,
    possible_parts,
    prints_as,
    repeated,
    share_out,
)
from cvg_demo.calibration import count, prose
from cvg_demo.drawing import draw, pick_weighted, shuffled_repeats
from cvg_demo.dwellings import COLLECTIVE, PERMANENT, PRECARIOUS, SEMI_PERMANENT, STREET, housing_of
from cvg_demo.exports import NO, YES
from cvg_demo.people.pathway import Pathway
from cvg_demo.people.phc import settled_at_entry
from cvg_demo.plan import TerritoryPlan, plans

REACHED_FROM = {"hosted": 0.72, "semi": 0.18, "street": 0.10}
"""Where those who reached permanent housing came from."""
BETTER = {"hosted_to_hosted": 20, "hosted_to_semi": 48, "street_to_hosted": 16, "street_to_semi": 6}
"""How those moved up who did not reach permanent housing."""
SAME_OR_WORSE = {"semi_to_semi": 80, "semi_to_hosted": 8, "settled_to_hosted": 14, "street": 9}
"""What became of those who were not hosted and did not move up."""
NOT_SEEN_AGAIN = {"hosted": 30, "semi": 10, "settled": 60}
"""Housing at entry of those whose housing at exit is not known."""

PERMANENT_OF_SETTLED = 0.86
PRECARIOUS_OF_HOSTED = 0.45
"""Working shares among the supported, at entry."""

MOVES: dict[str, list[tuple[int, int]]] = {
    "settled": [(4, 4)],
    "reached_hosted": [(1, 4), (2, 4), (2, 4)],
    "reached_semi": [(3, 4)],
    "reached_street": [(0, 4)],
    "hosted_to_hosted": [(1, 2)],
    "hosted_to_semi": [(1, 3), (2, 3), (2, 3)],
    "street_to_hosted": [(0, 1), (0, 2)],
    "street_to_semi": [(0, 3)],
    "hosted": [(1, 1), (2, 2), (2, 2), (1, 1), (2, 2), (2, 1)],
    "hosted_to_street": [(1, 0), (2, 0)],
    "semi_to_semi": [(3, 3)],
    "semi_to_hosted": [(3, 1), (3, 2)],
    "settled_to_hosted": [(4, 1), (4, 2), (4, 3)],
    "street": [(0, 0)],
}
"""Levels at entry and at exit of every kind of move."""

KINDS = ("stayed", "reached", "moved_up", "otherwise", "unseen")
STAYED, REACHED, MOVED_UP, OTHERWISE, UNSEEN = KINDS

MovesLeft = dict[str, dict[str, int]]
"""By territory and kind: how many moves are still to be given."""


def _moves_left(plan: TerritoryPlan) -> dict[str, int]:
    """How many people of a territory moved in which kind, by the printed counts."""
    reached = count("T14", plan.territory, "acces_logement_perenne")
    stayed = count("T14", plan.territory, "logement_perenne_sortie") - reached
    improved = count("T14", plan.territory, "situation_amelioree")
    return {
        STAYED: stayed,
        REACHED: reached,
        MOVED_UP: improved - reached,
        OTHERWISE: plan.housing_at_exit - stayed - improved,
        UNSEEN: plan.housing - plan.housing_at_exit,
    }


def _national_moves(left: MovesLeft) -> dict[str, list[str]]:
    """Moves of every kind, in the whole country; hosted people fare as printed."""
    total = {kind: sum(here[kind] for here in left.values()) for kind in KINDS}
    reached = share_out(total[REACHED], REACHED_FROM)
    better = share_out(total[MOVED_UP], BETTER)
    unseen = share_out(total[UNSEEN], NOT_SEEN_AGAIN)
    hosted, still_hosted = _hosted(reached["hosted"], unseen["hosted"])
    elsewhere = hosted - reached["hosted"] - still_hosted
    to_street = elsewhere - better["hosted_to_semi"]
    stays = still_hosted - better["hosted_to_hosted"]
    rest = share_out(total[OTHERWISE] - stays - to_street, SAME_OR_WORSE)
    return {
        STAYED: ["settled"] * total[STAYED],
        REACHED: [f"reached_{origin}" for origin in repeated(reached)],
        MOVED_UP: repeated(better),
        OTHERWISE: repeated({"hosted": stays, "hosted_to_street": to_street} | rest),
        UNSEEN: repeated(unseen),
    }


def _hosted(reached: int, unseen: int) -> tuple[int, int]:
    """People hosted at entry (housing at exit known), and those still hosted at exit.

    Both printed shares hold whether or not the unknown exits are in the base.
    """
    for hosted in range(2 * reached, 5 * reached):
        still = nearest_part(hosted, prose("N098"))
        if all(
            prints_as(reached, base, prose("N097")) and prints_as(still, base, prose("N098"))
            for base in range(hosted, hosted + unseen + 3)
        ):
            return hosted, still
    raise ValueError("no number of hosted people fits N097 and N098")


def _phc_moves() -> list[tuple[str, str]]:
    """Kind and move of those who left after PHC, the printed shares of entry and exit held."""
    unsettled, settled = int(prose("N094")), settled_at_entry()
    street = int(prose("N095"))
    reached = nearest_part(unsettled, prose("N096"))
    known = next(
        n
        for n in range(unsettled + settled - 1, 0, -1)
        if possible_parts(n, prose("N100")) and possible_parts(n, prose("N102"))
    )
    semi = possible_parts(known, prose("N100"))[0] - settled - reached
    street_at_exit = possible_parts(known, prose("N102"))[0]
    still_street = street_at_exit - 1
    from_street = int(prose("N415"))
    street_to_hosted = street - still_street - from_street
    hosted = known - settled - reached - semi - street_at_exit - street_to_hosted
    moves = [
        (settled, STAYED, "settled"),
        (from_street, REACHED, "reached_street"),
        (1, REACHED, "reached_semi"),
        (reached - from_street - 1, REACHED, "reached_hosted"),
        (semi // 2, MOVED_UP, "hosted_to_semi"),
        (semi - semi // 2, OTHERWISE, "semi_to_semi"),
        (still_street, OTHERWISE, "street"),
        (1, OTHERWISE, "hosted_to_street"),
        (street_to_hosted, MOVED_UP, "street_to_hosted"),
        (hosted, OTHERWISE, "hosted"),
        (unsettled + settled - known, UNSEEN, "hosted"),
    ]
    return [(kind, move) for number, kind, move in moves for _ in range(number)]


def _give_to_phc(
    rng: Random, leavers: list[Pathway], left: MovesLeft, moves: dict[str, list[str]]
) -> None:
    """Give those who left after PHC their moves, the scarcest kinds first."""
    waiting = rng.sample(leavers, len(leavers))
    order = (UNSEEN, MOVED_UP, REACHED, STAYED, OTHERWISE)
    for kind, move in sorted(_phc_moves(), key=lambda pair: order.index(pair[0])):
        pathway = max(waiting, key=lambda p: min(left[p.territory][kind], 3))
        waiting.remove(pathway)
        moves[kind].remove(move)
        _move(rng, pathway, kind, move, left)


def _move(rng: Random, pathway: Pathway, kind: str, move: str, left: MovesLeft) -> None:
    """Set housing at entry and, where known, at exit."""
    left[pathway.territory][kind] -= 1
    if kind == UNSEEN:
        level = {"hosted": COLLECTIVE, "semi": SEMI_PERMANENT, "settled": PERMANENT}[move]
        pathway.at_entry["logement_entree"] = housing_of(rng, level)
        return
    pairs = MOVES[move]
    before, after = pairs[int(rng.random() * len(pairs))]
    pathway.at_entry["logement_entree"] = housing_of(rng, before)
    same = before == after and rng.random() < 0.85
    pathway.at_exit["logement_sortie"] = (
        pathway.at_entry["logement_entree"] if same else housing_of(rng, after)
    )


def _reach(
    rng: Random, leavers: list[Pathway], left: MovesLeft, moves: dict[str, list[str]]
) -> None:
    """Give permanent housing to those who reached it: as many in the first half as printed."""
    early = int(prose("N085")) - sum(p.first_half for p in leavers if p.reached_permanent)
    waiting = {t: [p for p in leavers if p.territory == t and not _moved(p)] for t in left}
    wanted = [left[t][REACHED] for t in left]
    firsts = [sum(p.first_half for p in waiting[t]) for t in left]
    limits = [min(w, f) for w, f in zip(wanted, firsts, strict=True)]
    for territory, in_first in zip(left, apportion(early, wanted, high=limits), strict=True):
        first = [p for p in waiting[territory] if p.first_half]
        second = [p for p in waiting[territory] if not p.first_half]
        late = left[territory][REACHED] - in_first
        for pathway in draw(rng, first, in_first) + draw(rng, second, late):
            _move(rng, pathway, REACHED, moves[REACHED].pop(), left)


def _moved(pathway: Pathway) -> bool:
    return "logement_entree" in pathway.at_entry


def move_leavers(rng: Random, exits: list[Pathway]) -> None:
    """Set the housing of base HOUSING at entry and exit; the rest of DURATION stays unknown."""
    left = {plan.territory: _moves_left(plan) for plan in plans()}
    moves = _national_moves(left)
    for names in moves.values():
        rng.shuffle(names)
    leavers = [p for p in exits if p.in_duration]
    _give_to_phc(rng, [p for p in leavers if p.after_phc], left, moves)
    _reach(rng, leavers, left, moves)
    for territory, here in left.items():
        waiting = [p for p in leavers if p.territory == territory and not _moved(p)]
        kinds = shuffled_repeats(rng, {kind: number for kind, number in here.items() if number})
        for pathway, kind in zip(rng.sample(waiting, len(kinds)), kinds, strict=True):
            _move(rng, pathway, kind, moves[kind].pop(), left)
    for pathway in leavers:
        pathway.at_entry.setdefault("logement_entree", "")
    _rehouse(rng, leavers)


def _rehouse(rng: Random, leavers: list[Pathway]) -> None:
    """Mark those rehoused through a partnership of the programme."""
    for plan in plans():
        here = [p for p in leavers if p.territory == plan.territory]
        reached = [p for p in here if p.reached_permanent]
        number = count("T14", plan.territory, "relogement_partenariat_convergence")
        for pathway in draw(rng, reached, number):
            pathway.at_exit["relogement_partenariat_convergence"] = YES
        for pathway in here:
            if rng.random() < 0.93:
                pathway.at_exit.setdefault("relogement_partenariat_convergence", NO)


def house_everyone(rng: Random, people: list[Pathway]) -> None:
    """Set the housing at entry of all others, so that the printed numbers of supported hold."""
    known = _known_housing(len(people))
    settled, street = int(prose("N046")), int(prose("N045"))
    levels = Counter(p.level_at_entry for p in people if _moved(p))
    permanent = round(PERMANENT_OF_SETTLED * settled)
    hosted = known - settled - street
    precarious = round(PRECARIOUS_OF_HOSTED * hosted)
    missing = {
        STREET: street - levels[STREET],
        PERMANENT: permanent - levels[PERMANENT],
        SEMI_PERMANENT: settled - permanent - levels[SEMI_PERMANENT],
        PRECARIOUS: precarious - levels[PRECARIOUS],
        COLLECTIVE: hosted - precarious - levels[COLLECTIVE],
    }
    settled_share = {
        plan.territory: count("T14", plan.territory, "logement_perenne_sortie")
        / plan.housing_at_exit
        for plan in plans()
    }
    for level, number in missing.items():
        waiting = [p for p in people if not _moved(p)]
        for pathway in draw(rng, waiting, number, _likelihood(level, settled_share)):
            pathway.at_entry["logement_entree"] = housing_of(rng, level)


def _likelihood(level: int, settled_share: dict[str, float]) -> Callable[[Pathway], float]:
    """How likely a pathway is to begin at the housing level."""

    def weight(pathway: Pathway) -> float:
        share = settled_share[pathway.territory] ** 2
        if level == PERMANENT:
            return share * (0.2 if pathway.after_phc else 1)
        return (1 - share) * (6 if pathway.after_phc and level < SEMI_PERMANENT else 1)

    return weight


def _known_housing(people: int) -> int:
    """How many entries are known, so that the share of unstable housing prints right."""
    settled = int(prose("N046"))
    possible = [
        known
        for known in range(settled, people)
        if prints_as(known - settled, known, prose("N044"))
    ]
    return possible[len(possible) * 3 // 4]


REQUESTS = {
    "demande_logement_social": (0.46, 0.24),
    "dalo_daho": (0.09, 0.07),
    "accord_collectif": (0.05, 0.06),
}
"""Share of requests open at entry, and of the others opened by the exit."""


def request_housing(rng: Random, people: list[Pathway]) -> None:
    """Set the housing requests at entry and exit; people without permanent housing ask more."""
    for pathway in people:
        need = 0.5 if pathway.level_at_entry == PERMANENT else 1.3
        for request, (at_start, later) in REQUESTS.items():
            asked = rng.random() < at_start * need
            opened = rng.random() < later * need
            if rng.random() > 0.06:
                pathway.at_entry[f"{request}_entree"] = YES if asked else NO
            if pathway.exit and rng.random() > 0.09:
                still = asked and not (pathway.level_at_exit == PERMANENT and rng.random() < 0.6)
                pathway.at_exit[f"{request}_sortie"] = YES if still or opened else NO


def house_trial_leavers(rng: Random, exits: list[Pathway]) -> None:
    """Housing at exit of those who left within the trial period: mostly unchanged or unknown."""
    for pathway in exits:
        if not pathway.in_duration and rng.random() < 0.6:
            same = pathway.at_entry.get("logement_entree", "")
            pathway.at_exit["logement_sortie"] = same
            pathway.at_exit["relogement_partenariat_convergence"] = pick_weighted(
                rng, {NO: 8, "": 2}
            )
