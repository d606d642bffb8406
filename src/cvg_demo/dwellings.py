"""Housing types: their level, from the street (0) to permanent (4), and the usual ones of each."""

from functools import cache
from random import Random

from cvg_demo.calibration import reference_list
from cvg_demo.drawing import pick_weighted

STREET, PRECARIOUS, COLLECTIVE, SEMI_PERMANENT, PERMANENT = range(5)
USUAL = {
    "Rue": 12,
    "Campement illicite": 3,
    "Logement précaire (Squat)": 5,
    "Hébergé par un tiers": 30,
    "Hôtel": 6,
    "CHRS": 14,
    "CHU": 8,
    "CHS": 5,
    "Foyer": 7,
    "Communauté": 2,
    "Résidence sociale": 12,
    "Foyer Jeunes Travailleurs": 4,
    "Logement de transition": 5,
    "Logement autonome": 40,
    "Pension famille": 3,
    "Maison relais": 2,
}
"""How usual a type is within its level; 1 where not said."""


@cache
def housing_levels() -> dict[str, int]:
    """Level of every housing type."""
    return {row["housing_type"]: int(row["level"]) for row in reference_list("housing_types")}


def housing_of(rng: Random, level: int) -> str:
    """A housing type of the level, the usual ones likelier."""
    return pick_weighted(
        rng, {name: USUAL.get(name, 1) for name, own in housing_levels().items() if own == level}
    )
