"""The signed relations among public counts: `contracts/relations.toml`, read and checked."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from cvg_warehouse.paths import CONTRACTS
from cvg_warehouse.terminal import Refusal

SIGNED = CONTRACTS / "relations.toml"
KINDS = ("rule", "near", "chance", "flow")


@dataclass(frozen=True)
class Group:
    """Relations that one person signed for one reason."""

    family: str
    kind: str
    """rule: holds by definition; near: but for few; chance: no rule, though the rows show it; flow:
    joins two years."""
    signed_by: str
    signed_on: date
    why: str
    relations: tuple[str, ...]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Group":
        """Read a group. Raises `Refusal` where an entry is missing, unknown or empty."""
        where = f"contracts/relations.toml: the group {raw.get('family', 'without a family')}"
        entries = [field.name for field in fields(cls)]
        if sorted(raw) != sorted(entries) or not all(raw.values()):
            raise Refusal(f"{where} says {', '.join(entries)}, and nothing else")
        if raw["kind"] not in KINDS:
            raise Refusal(f"{where} is of no known kind; kinds are {', '.join(KINDS)}")
        return cls(**{**raw, "relations": tuple(raw["relations"])})


@dataclass(frozen=True)
class Bands:
    """The bands of what a mean or a median measures."""

    breakdown: str
    """Indicator whose values they are."""
    limits: Mapping[str, tuple[int, int]]
    """Band -> least and most of the measure, beyond which nobody is."""


@dataclass(frozen=True)
class Signed:
    """The signed relations, and when the rows count as showing one that is not signed."""

    fewest_expected: int
    """Exceptions that chance would make: with fewer, none says nothing."""
    least_share: float
    """And this share of the smaller count: what is seldom missing is missing together."""
    most_exceptions: float
    """Share of its units that a relation of the kind `near` may miss."""
    bands: Mapping[str, Bands]
    """By the indicator that is a mean or a median."""
    groups: tuple[Group, ...]

    @property
    def relations(self) -> Iterator[tuple[Group, str]]:
        """Every relation with its group."""
        return ((group, one) for group in self.groups for one in group.relations)


def load_signed(path: Path = SIGNED) -> Signed:
    """Read the signed relations, in the order of the file."""
    with path.open("rb") as stream:
        raw = tomllib.load(stream)
    return Signed(
        fewest_expected=raw["fewest_expected"],
        least_share=raw["least_share"],
        most_exceptions=raw["most_exceptions"],
        bands={
            indicator: Bands(
                bands["breakdown"],
                {band: (low, high) for band, (low, high) in bands["limits"].items()},
            )
            for indicator, bands in raw["bands"].items()
        },
        groups=tuple(Group.of(group) for group in raw["signed"]),
    )
