"""The rules of the disclosure control: `contracts/disclosure.toml`, read and checked."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from cvg_warehouse.paths import CONTRACTS
from cvg_warehouse.publication.disclosure.rounding import Rounding
from cvg_warehouse.publication.disclosure.signed import Signed, load_signed
from cvg_warehouse.terminal import Refusal

RULES = CONTRACTS / "disclosure.toml"
INDICATOR = re.compile(r"[a-z]\w*\.\w+")

Partition = Literal["partition", "disjoint", "multiple"]
Additive = Literal["sum", "cover", "part"]


@dataclass(frozen=True)
class Limit:
    """Indicators that are published for some levels of place and populations only."""

    indicators: tuple[str, ...]
    levels: frozenset[str] | None
    populations: frozenset[str] | None
    population_levels: Mapping[str, frozenset[str]]

    def allows(self, indicator: str, level: str, population: str) -> bool:
        """Whether this line lets the cell pass; one that is about other cells does."""
        if not any(fnmatchcase(indicator, pattern) for pattern in self.indicators):
            return True
        return (
            (self.levels is None or level in self.levels)
            and (self.populations is None or population in self.populations)
            and level in self.population_levels.get(population, {level})
        )

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Limit":
        """Read a line of the rules."""
        known = {"why", "indicators", "levels", "populations", "population_levels"}
        if unknown := raw.keys() - known:
            raise ValueError(f"scope.limited: unknown entry {min(unknown)}")
        return cls(
            indicators=tuple(raw["indicators"]),
            levels=frozenset(raw["levels"]) if "levels" in raw else None,
            populations=frozenset(raw["populations"]) if "populations" in raw else None,
            population_levels={
                population: frozenset(levels)
                for population, levels in raw.get("population_levels", {}).items()
            },
        )


@dataclass(frozen=True)
class Rules:
    """All that decides what is published and what is masked."""

    rounding: Rounding
    reach: int
    most_masked: int
    shown_exactly: frozenset[str]
    """Units that are nobody's secret: not rounded."""
    facts: frozenset[str]
    """Indicators of those units that say nothing of a worksite, even where there is one."""
    zeros_disclose: frozenset[str]
    levels: frozenset[str]
    """Levels of place that are printed."""
    fewest_territories: int
    """With so many in a year, they are printed one by one."""
    left_out_values: Mapping[str, frozenset[str]]
    optional: tuple[str, ...]
    """Indicators that a territory's rows are printed of as far as that hides nothing else."""
    limited: tuple[Limit, ...]
    weights: Mapping[str, float]
    breakdowns: Mapping[str, Partition]
    additive_places: Mapping[str, Additive]
    additive_populations: Mapping[str, Additive]
    not_additive: tuple[str, ...]
    nested: tuple[tuple[str, str], ...]
    """Pairs of indicators: types, and the groups that they lie in."""
    signed: Signed
    unrelated: frozenset[str]
    """Public indicators that no relation names, on purpose."""

    @property
    def threshold(self) -> int:
        """Counts below this are masked."""
        return self.rounding.threshold

    @property
    def named(self) -> set[str]:
        """Indicators that a relation names, and those that are said to need none."""
        relations = (relation for _, relation in self.signed.relations)
        related = {name for relation in relations for name in INDICATOR.findall(relation)}
        return related | {name for pair in self.nested for name in pair} | self.unrelated

    def refuse_unnamed(self, public: Iterable[str]) -> None:
        """Refuse public indicators that nobody has related to the others.

        What is published of them could be subtracted from what is masked of others.
        """
        unnamed = sorted(set(public) - self.named)
        if unnamed:
            raise Refusal(
                *(
                    f"seeds/reference/indicators.csv: {name} is public, and no rule names it; "
                    "sign in contracts/relations.toml how its counts relate to others, or write "
                    "in contracts/disclosure.toml under [unrelated] why they do not; or leave its "
                    "audience empty"
                    for name in unnamed
                )
            )

    def is_published(self, indicator: str, level: str, population: str) -> bool:
        """Whether the scope holds this indicator for such a place and this population."""
        return all(limit.allows(indicator, level, population) for limit in self.limited)

    def is_optional(self, indicator: str, level: str) -> bool:
        """Whether a row is left out rather than that another is hidden for it."""
        return level == "territory" and any(fnmatchcase(indicator, one) for one in self.optional)

    def is_additive(self, indicator: str) -> bool:
        """Whether anything is known of the indicator's sums over places and populations."""
        return not any(fnmatchcase(indicator, pattern) for pattern in self.not_additive)


def load_rules(path: Path = RULES) -> Rules:
    """Read the rules; an unknown or missing entry is an error, never a default."""
    with path.open("rb") as stream:
        raw = tomllib.load(stream)
    scope = raw["scope"]
    return Rules(
        rounding=Rounding(base=raw["rounding"], threshold=raw["threshold"]),
        reach=raw["reach"],
        most_masked=raw["most_masked"],
        shown_exactly=frozenset(raw["shown_exactly"]["units"]),
        facts=frozenset(raw["shown_exactly"]["facts"]),
        zeros_disclose=frozenset(raw["zeros_disclose"]),
        levels=frozenset(scope["levels"]),
        fewest_territories=scope["fewest_territories"],
        optional=tuple(scope["optional_in_territories"]),
        left_out_values={
            breakdown: frozenset(values) for breakdown, values in scope["left_out_values"].items()
        },
        limited=tuple(Limit.of(limit) for limit in scope["limited"]),
        weights=raw["weights"],
        breakdowns=raw["breakdowns"],
        additive_places=raw["additive"]["places"],
        additive_populations=raw["additive"]["populations"],
        not_additive=tuple(raw["additive"]["not"]["indicators"]),
        nested=tuple(raw["nested"].items()),
        signed=load_signed(),
        unrelated=frozenset(raw["unrelated"]),
    )
