"""What an outsider knows of the counts (equations.txt): how they depend on each other.

A line says that one sum of counts equals another, or is no more than it. A count is an indicator
with its value of the breakdown in brackets: `*` adds up all values, `a|b` some, `!a|b` all others.
`:base` is what a rate divides by, `@` names a population. Words in braces repeat the line. What
follows the last title holds in the nation alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from tests.oracle.lists import DIFFICULTIES, HOUSING_GROUPS, JOB_OR_TRAINING, OTHER_EXITS

WORDS: dict[str, Sequence[str]] = {
    "age": ["moins de 25 ans", "25 à 35 ans", "36 à 49 ans", "50 ans et plus"],
    "group": HOUSING_GROUPS,
    "difficulty": DIFFICULTIES,
    "right": ["medecin_traitant", "rqth", "aah", "pension_invalidite"],
    "obtained": ["medecin_traitant", "rqth", "aah"],
    "moment": ["entry", "exit"],
    "request": ["logement_social", "dalo_daho", "accord_collectif"],
    "job": JOB_OR_TRAINING,
    "other": OTHER_EXITS,
    "domain": [
        "emploi",
        "santé",
        "logement",
        "accès aux droits",
        "mobilité",
        "suite de parcours",
        "santé mentale",
        "endettement",
    ],
    "officer": ["emploi", "santé", "logement"],
    "helped": ["with", "without"],
}

OWN_BASE = {
    "barriers.at_entry",
    "barriers.resolved_at_exit",
    "barriers.status_at_exit",
    "barriers.health_resolved_by_officer",
    "health.status",
    "housing.improved_by_officer",
    "support.officer_mobilised",
    "support.officer_mobilised_established",
    "support.officer_mobilised_by_seniority",
    "partners.network_share",
}
"""Indicators whose values have bases of their own; those of all others have one in common."""

NOT_ADDITIVE = {
    "headcount.worksites_with_most_women",
    "headcount.worksites_with_few_women",
    "headcount.worksites_with_half_of_women",
    "headcount.people_in_worksites_with_half_of_women",
    "headcount.people_in_worksites_with_half_of_women:base",
}
"""What holds of a worksite's people in one place need not hold of those in all."""

BANDS: dict[str, tuple[str, dict[str, tuple[float, float]]]] = {
    "public.mean_age": (
        "public.age_band",
        {
            "moins de 25 ans": (15, 24),
            "25 à 35 ans": (25, 35),
            "36 à 49 ans": (36, 49),
            "50 ans et plus": (50, 90),
        },
    ),
    "pathways.mean_duration_months": (
        "pathways.duration_band",
        {
            "moins de 12 mois": (0, 12.03),
            "12 à 24 mois": (11.99, 24.02),
            "2 à 3 ans": (23.98, 36.04),
            "3 à 4 ans": (35.97, 48.03),
            "4 à 5 ans": (47.96, 60.03),
            "5 ans et plus": (59.98, 120),
        },
    ),
}
"""Means, and the least and the most of each band; a month of a mean has 30.4375 days."""
MEDIANS = {"pathways.median_duration_months": "pathways.mean_duration_months"}


@dataclass(frozen=True)
class Line:
    """Sums of counts with factors, brought to one side: equal to 0, or at most 0."""

    text: str
    terms: tuple[tuple[int, str, str], ...]
    """Factor, count, population ('' for each)."""
    is_equal: bool


def read_equations() -> tuple[str, str]:
    """The equations of every place, and those of the nation."""
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    everywhere, _, nation = text.rpartition("\n#")
    return everywhere, f"#{nation}"


def lines_of(text: str) -> Iterator[Line]:
    """The lines of a text, repeated for the words in their braces."""
    for pattern in text.splitlines():
        if not pattern or pattern.startswith("#"):
            continue
        words = list(dict.fromkeys(re.findall(r"{(\w+)}", pattern)))
        for values in product(*(WORDS[word] for word in words)):
            line = pattern
            for word, value in zip(words, values, strict=True):
                line = line.replace(f"{{{word}}}", value)
            left, sign, right = re.split(r" (<=|=) ", line)
            terms = [*_terms(left, 1), *_terms(right, -1)]
            yield Line(line, tuple(terms), sign == "=")


def _terms(text: str, sign: int) -> Iterator[tuple[int, str, str]]:
    parts = re.split(r" ([+-]) (?![^\[]*\])", text)
    for plus, part in zip(["+", *parts[1::2]], parts[::2], strict=True):
        found = re.fullmatch(r"(?:(\d+) \* )?([\w.:]+(?:\[.*\])?)(?:@(\w+))?", part)
        assert found, part
        factor, name, population = found.groups()
        yield sign * (1 if plus == "+" else -1) * int(factor or 1), name, population or ""


def matches(pattern: str, value: str) -> bool:
    """Whether a value of a breakdown is one of those that a pattern names."""
    if pattern == "*":
        return True
    patterns, values = pattern.split(" x "), value.split(" x ")
    return len(patterns) == len(values) and all(
        one == "*" or (value in one.removeprefix("!").split("|")) != one.startswith("!")
        for one, value in zip(patterns, values, strict=True)
    )


def health_rights() -> str:
    """A right was opened by a check-up, a better coverage, or a right that was missing at entry."""
    gains = [
        (
            f"health.status[{right} x exit]",
            f"health.status:base[{right} x entry] - health.status[{right} x entry]",
        )
        for right in WORDS["obtained"]
    ]
    return "\n".join(
        f"health.rights_opened <= health.checkup + health.coverage_improved + {' + '.join(chosen)}"
        for chosen in product(*gains)
    )


def action_types(groups: dict[str, list[str]], domains: dict[str, str]) -> str:
    """An action is in the total of the domain of its types, and in their groups."""
    lines = [
        f"partners.actions[{one}] <= partners.actions_total[{domain}]"
        for one, domain in domains.items()
    ]
    for group, types in groups.items():
        domain = group.partition(" x ")[0]
        named = "|".join(one.partition(" x ")[2] for one in types)
        lines += [
            f"partners.action_groups[{group}] <= partners.actions_total[{domain}]",
            f"partners.action_groups[{group}] <= partners.actions[{domain} x {named}]",
            *(f"partners.actions[{one}] <= partners.action_groups[{group}]" for one in types),
        ]
    return "\n".join(lines)
