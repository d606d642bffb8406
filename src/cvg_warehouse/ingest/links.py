"""People known under several identifiers: which of them are one person, as an analyst signed.

Nothing is linked by itself. The review list proposes; a decision says `one person` or `different
people`, with who signed it and when, and can be taken back. The exports then hold one `id_salarie`
for those who are one person.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import polars as pl

from cvg_warehouse.contracts.exports import contract_of
from cvg_warehouse.ingest.findings import LikelyDuplicate
from cvg_warehouse.terminal import Refusal, shown

LINKS = "people_links.json"


@dataclass(frozen=True, order=True)
class Link:
    """A decision on two identifiers."""

    first: str
    """Pseudonym of `id_salarie`; the smaller one of the two."""
    second: str
    is_one_person: bool
    signed_by: str
    signed_on: str
    """ISO date."""


def links_of(out: Path) -> list[Link]:
    """The decisions that lie in a folder of exports. Raises Refusal where they cannot be read."""
    file = out / LINKS
    try:
        return [Link(**described) for described in json.loads(file.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError):
        raise Refusal(f"{shown(file)}: cannot be read; restore it from a backup") from None


def written_links(links: Iterable[Link]) -> str:
    """The decisions as they are kept."""
    described = [asdict(link) for link in sorted(links)]
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def pairs_of(people: Iterable[str]) -> list[tuple[str, str]]:
    """Every two of these identifiers, the smaller one first; a single one with itself."""
    ordered = sorted(people)
    return list(combinations(ordered, 2)) or [(one, one) for one in ordered]


def decided(people: Iterable[str], links: Iterable[Link]) -> bool:
    """Whether something was signed on every two of these identifiers."""
    return set(pairs_of(people)) <= {(link.first, link.second) for link in links}


def review_id(found: LikelyDuplicate) -> str:
    """What an analyst names an entry of the review list by."""
    text = " ".join((found.reason, *found.people))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def described(found: LikelyDuplicate) -> dict[str, Any]:
    """An entry of the review list as it is kept."""
    return {"id": review_id(found), **asdict(found)}


def reviewed(kept: Iterable[dict[str, Any]]) -> list[LikelyDuplicate]:
    """The entries of a review list that was kept."""
    return [
        LikelyDuplicate(one["reason"], tuple(one["people"]), tuple(one["worksites"]))
        for one in kept
    ]


def one_for_each(links: Iterable[Link]) -> dict[str, str]:
    """By identifier the one that stands for the person: the smallest that is linked with it."""
    stands: dict[str, str] = {}

    def first_of(person: str) -> str:
        while stands.get(person, person) != person:
            person = stands[person]
        return person

    for link in links:
        if link.is_one_person:
            pair = sorted((first_of(link.first), first_of(link.second)))
            stands[pair[0]] = stands[pair[1]] = pair[0]
    return {person: first_of(person) for person in stands}


def linked(export: str, rows: pl.DataFrame, links: Iterable[Link]) -> pl.DataFrame:
    """The rows with one `id_salarie` for each person."""
    if not any(field.name == "id_salarie" for field in contract_of(export).kept):
        return rows
    return rows.with_columns(pl.col("id_salarie").replace(one_for_each(links)))
