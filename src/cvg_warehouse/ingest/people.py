"""Finds what points at a person in a free text: phone, mail, social security number, name."""

import re
from collections.abc import Iterable, Set
from functools import cache

from cvg_warehouse.contracts.delivery import reference
from cvg_warehouse.contracts.text import folded, words
from cvg_warehouse.paths import CONTRACTS

KNOWN_PARTNERS = CONTRACTS / "known_partners.csv"
SEEDS_OF_WORDS = (
    "territories",
    "worksites",
    "action_types",
    "request_reasons",
    "referrers",
    "housing_types",
    "difficulties",
)
SHORTEST_NAME = 3
MOST_WORDS = 5

MAIL = re.compile(r"[^\s@;,]+\s?@\s?[^\s@;,]+|\S+\s?(\(at\)|\[at\])\s?\S+", re.IGNORECASE)
# Ten figures from 0 on, or the French prefix and nine, whatever separates them.
PHONE = re.compile(
    r"(?<![^\W_])(?:(?:\+|00)\s?33[\s./-]?(?:\(0\)[\s./-]?)?|0)[1-9](?:[\s./-]?\d{2}){4}(?![^\W_])"
    r"|(?<![\w+])\+\d{1,3}(?:[\s./-]?\d{2,4}){3,5}(?!\d)"
)
# Sex, year, month, department (Corsica with a letter), commune, order, and mostly the two figures
# of the key.
NIR = re.compile(
    r"(?<![^\W_])[1-478][\s.-]?\d{2}[\s.-]?(?:0[1-9]|1[0-2]|[2-4]\d|5\d|6[0-2]|99)[\s.-]?"
    r"(?:\d{2}|2[AB])[\s.-]?\d{3}[\s.-]?\d{3}(?:[\s./-]*\d{2})?(?![^\W_])",
    re.IGNORECASE,
)


def points_at_a_person(value: str, names: Set[str] = frozenset()) -> str | None:
    """The check that a free text fails, or None.

    `names` are folded names, as `names_in` gives them.
    """
    if MAIL.search(value):
        return "text_mail"
    if NIR.search(value):
        return "text_nir"
    if PHONE.search(value):
        return "text_phone"
    if names and _holds_name(value, names):
        return "text_name"
    return None


def names_in(values: Iterable[str]) -> set[str]:
    """Names and first names as they are looked for: their words, folded.

    A name that is also a word of the reference lists (Paris, Logement) is none to look for.
    """
    names = {" ".join(words(value)) for value in values}
    return {name for name in names if len(name) >= SHORTEST_NAME} - _reference_words()


def _holds_name(value: str, names: Set[str]) -> bool:
    partners = known_partners()
    for item in value.split(";"):
        if folded(item) in partners:
            continue
        said = words(item)
        for start in range(len(said)):
            for end in range(start + 1, min(start + MOST_WORDS, len(said)) + 1):
                if " ".join(said[start:end]) in names:
                    return True
    return False


@cache
def known_partners() -> frozenset[str]:
    """Texts that hold a name and point at no person, as analysts list them."""
    lines = KNOWN_PARTNERS.read_text(encoding="utf-8").splitlines()[1:]
    return frozenset(folded(line.strip('"')) for line in lines if line.strip())


@cache
def _reference_words() -> frozenset[str]:
    texts = (text for seed in SEEDS_OF_WORDS for row in reference(seed) for text in row.values())
    return frozenset(word for text in texts for word in words(text or ""))
