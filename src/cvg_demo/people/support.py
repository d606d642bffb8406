"""Support given in each year: to how many people, and how that grew."""

from random import Random

from cvg_demo.apportion import nearest_part
from cvg_demo.calibration import prose
from cvg_demo.dates import REPORT_YEAR
from cvg_demo.drawing import draw
from cvg_demo.exports import NO, YES

KINDS = {"accompagnement_proximite": ("N052", "N053"), "accompagnement_concerte": ("N054", "N055")}
"""Columns, and the figures that print their share in the first and in the report year."""
PRINTED_YEAR = 2021
NOT_KNOWN = 0.05

Support = dict[tuple[int, str, str], str]
"""Answers by year, person and column; an absent one is unknown."""


def answers_on_support(rng: Random, people_by_year: dict[int, list[str]]) -> Support:
    """Who was supported in which way in each year; between printed years the share grows evenly."""
    answers: Support = {}
    for year, people in people_by_year.items():
        for column, (first, last) in KINDS.items():
            growth = (prose(last) - prose(first)) / (REPORT_YEAR - PRINTED_YEAR)
            percent = prose(first) + growth * (year - PRINTED_YEAR)
            known = draw(rng, people, int(len(people) * (1 - NOT_KNOWN)))
            yes = nearest_part(len(known), percent)
            for position, person in enumerate(known):
                answers[year, person, column] = YES if position < yes else NO
    return answers
