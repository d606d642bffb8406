"""Finds what points at a person in a free text: phone, mail, social security number, name."""

import re
from collections.abc import Container, Iterable, Iterator
from functools import cache
from itertools import permutations

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum.fr import nir

from cvg_warehouse.contracts.seeds import reference
from cvg_warehouse.contracts.text import folded, words_of
from cvg_warehouse.ingest.pseudonyms import name_hash
from cvg_warehouse.paths import CONTRACTS

KNOWN_PARTNERS = CONTRACTS / "known_partners.csv"
FILE_WORDS = CONTRACTS / "file_words.csv"
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
MOST_REORDERED = 3
PARTICLES = frozenset(
    {"de", "la", "le", "les", "du", "des", "van", "von", "der", "den", "ben", "bin", "el", "al"}
)

# Each begins where a word does: from anywhere in it, long words would take the square of the time.
MAIL = re.compile(
    r"(?<![^\s@;,])[^\s@;,]+\s?@\s?[^\s@;,]+|(?<!\S)\S+\s?(\(at\)|\[at\])\s?\S+", re.IGNORECASE
)
# What the libraries look at: they are slow, and most texts hold no such run of figures.
PHONE_LIKE = re.compile(r"(?<![^\W_])[+0](?:\W{0,3}\d){8}")
# Five figures, the department (Corsica with a letter), six figures, and mostly the key.
NIR_LIKE = re.compile(
    r"(?<![^\W_])(?:\d[\s./-]?){5}\d[\dAB](?:[\s./-]?\d){6}(?:[\s./-]*\d{2})?(?![^\W_])",
    re.IGNORECASE,
)
SLASH = re.compile(r"(?<=\d)/(?=\d)")
# Sex and month of birth, which may be of a kind for births whose month is not known.
SEX_AND_MONTH = re.compile(r"[1-478]\d{2}(?:0[1-9]|1[0-2]|[2-5]\d|6[0-2]|99)")


class KnownNames(Container[str]):
    """Names of people, as keyed hashes: who holds the key can ask for one, and list none."""

    def __init__(self, key: bytes, hashes: Iterable[str]) -> None:
        self._key = key
        self.hashes = frozenset(hashes)
        self._asked: dict[str, bool] = {}

    def __contains__(self, name: object) -> bool:
        """Whether this folded name, as `names_in` gives it, is a person's."""
        text = str(name)
        if text not in self._asked:
            self._asked[text] = name_hash(self._key, text) in self.hashes
        return self._asked[text]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.hashes)


def points_at_a_person(value: str, names: Container[str] = frozenset()) -> str | None:
    """The check that a free text fails, or None.

    `names` are folded names, as `names_in` gives them.
    """
    if MAIL.search(value):
        return "text_mail"
    if _holds_nir(value):
        return "text_nir"
    if _holds_phone(value):
        return "text_phone"
    if names and _holds_name(value, names):
        return "text_name"
    return None


def names_in(values: Iterable[str]) -> set[str]:
    """Names and first names as they are looked for: their words, folded.

    A name that is also a word of the reference lists (Paris, Logement) is none to look for.
    """
    names = {" ".join(words_of(value)) for value in values}
    return {name for name in names if len(name) >= SHORTEST_NAME} - _reference_words()


def whole_names_in(values: Iterable[str]) -> set[str]:
    """What is looked for where name and first name are one cell: its words, in any order."""
    return names_in(text for value in values for text in _orders(words_of(value)))


@cache
def ordinary_words() -> frozenset[str]:
    """Words that name nobody: of the reference lists, and those that names of files are made of."""
    lines = FILE_WORDS.read_text(encoding="utf-8").splitlines()[1:]
    return _reference_words() | frozenset(word for line in lines for word in words_of(line))


def _orders(words: tuple[str, ...]) -> Iterator[str]:
    yield " ".join(words)
    yield from (word for word in words if word not in PARTICLES)
    if len(words) <= MOST_REORDERED:
        yield from map(" ".join, permutations(words))


def _holds_nir(value: str) -> bool:
    """Whether a social security number stands in it: with its right key, or else in its form.

    A number that is mistyped, or written without its key, points at a person all the same.
    """
    for found in NIR_LIKE.finditer(value):
        number = nir.compact(re.sub(r"[/-]", "", found[0]))
        if nir.is_valid(number) or SEX_AND_MONTH.match(number):
            return True
    return False


def _holds_phone(value: str) -> bool:
    """Whether a phone number stands in it, of whatever country; without a prefix it is French."""
    if not PHONE_LIKE.search(value):
        return False
    # A number need not be in use: those of fiction are none, and look the same. With slashes it
    # would be taken for a date.
    text = SLASH.sub(".", value)
    return any(
        found.raw_string.startswith(("+", "0", "(0"))
        and not (text[: found.start][-1:].isalnum() or text[found.end :][:1].isalnum())
        for found in PhoneNumberMatcher(text, "FR", Leniency.POSSIBLE)
    )


def _holds_name(value: str, names: Container[str]) -> bool:
    partners = known_partners()
    for item in value.split(";"):
        if folded(item) in partners:
            continue
        found = words_of(item)
        for start in range(len(found)):
            for end in range(start + 1, min(start + MOST_WORDS, len(found)) + 1):
                if " ".join(found[start:end]) in names:
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
    return frozenset(word for text in texts for word in words_of(text or ""))
