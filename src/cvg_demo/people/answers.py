"""Filling a column of yes/no or listed answers up to a quota; an absent answer is unknown."""

from collections.abc import Callable, Sequence
from random import Random

from cvg_demo.apportion import nearest_part
from cvg_demo.drawing import draw
from cvg_demo.exports import NO, YES
from cvg_demo.people.pathway import Pathway


def fill(
    rng: Random,
    pathways: Sequence[Pathway],
    column: str,
    counts: dict[str, int],
    weight: Callable[[Pathway, str], float] | None = None,
) -> None:
    """Answer a column at entry until every answer has its count; given answers are kept.

    Pathways that are left over stay unknown.
    """
    for answer, number in counts.items():
        given = sum(p.at_entry.get(column) == answer for p in pathways)
        unanswered = [p for p in pathways if column not in p.at_entry]
        likelihood = (lambda p, a=answer: weight(p, a)) if weight else None
        for pathway in draw(rng, unanswered, number - given, likelihood):
            pathway.at_entry[column] = answer


def fill_share(
    rng: Random,
    pathways: Sequence[Pathway],
    column: str,
    percent: float,
    unknown: float,
    weight: Callable[[Pathway, str], float] | None = None,
) -> None:
    """Answer yes or no so that `percent` of the known answers are yes."""
    known = int(len(pathways) * (1 - unknown))
    yes = nearest_part(known, percent)
    fill(rng, pathways, column, {YES: yes, NO: known - yes}, weight)


def fill_mix(
    rng: Random,
    pathways: Sequence[Pathway],
    column: str,
    shares: dict[str, float],
    unknown: float,
    weight: Callable[[Pathway, str], float] | None = None,
) -> None:
    """Answer in the given proportions (in percent, together about 100)."""
    known = int(len(pathways) * (1 - unknown))
    whole = sum(shares.values())
    counts = {answer: nearest_part(known, 100 * share / whole) for answer, share in shares.items()}
    last = next(reversed(counts))
    counts[last] += known - sum(counts.values())
    fill(rng, pathways, column, counts, weight)


def yes_or_no(yes: bool) -> str:
    """The answer as the exports write it."""
    return YES if yes else NO
