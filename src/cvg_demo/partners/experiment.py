"""The experiment « Santé mentale en ACI »: when and where it runs, and with which partners."""

from collections.abc import Iterable
from random import Random

from cvg_demo.calibration import prose
from cvg_demo.drawing import shuffled
from cvg_demo.partners.actions import Action

MENTAL_HEALTH = "santé mentale"
DOMAIN = "santé"
"""Whose officers run it."""
FIRST_YEAR = 2024
TERRITORIES = 10
"""Those that have been in the programme longest."""


def experiment_territories(year: int, territories: Iterable[str]) -> list[str]:
    """Where it runs in a year; the territories' codes are in the order they joined."""
    return sorted(territories)[:TERRITORIES] if year >= FIRST_YEAR else []


def mark_actions(actions: Iterable[Action], year: int, rng: Random) -> None:
    """Mark the actions of the domain that the experiment makes with as many partners as printed."""
    actions = list(actions)
    places = experiment_territories(year, {action.territory for action in actions})
    named = [action for action in actions if action.partners and action.territory in places]
    partners: set[str] = set()
    for action in shuffled(rng, named):
        if len(partners.union(action.partners)) <= prose("N061"):
            partners.update(action.partners)
            action.experiment = MENTAL_HEALTH
