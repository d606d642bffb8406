"""Finding by words: folded for accents, case and plural, over what is said of each thing."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Words that say nothing of what is looked for, folded.
EMPTY = frozenset(
    ("a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "of", "ou")
)


@dataclass(frozen=True)
class Entry:
    """A thing to find: its title, what is shown beneath it, its address, and other words for it."""

    title: str
    text: str = ""
    address: str = ""
    more: str = ""


def fold(text: str) -> list[str]:
    """The words of a text without accents, capitals, the dots of « chargé·e » and plurals."""
    spread = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("·", ""))
    plain = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return [word.rstrip("sx") or word for word in re.findall(r"[a-z0-9]+", plain)]


def find(entries: Iterable[Entry], questions: Sequence[str]) -> list[Entry]:
    """What has every word of one of the questions; those with most of them in the title first."""
    asked = [words for question in questions if (words := _telling(question))]
    ranked = []
    for entry in entries:
        title = fold(entry.title)
        everything = [*title, *fold(entry.text), *fold(entry.more)]
        shares = [_share(words, title) for words in asked if _share(words, everything) == 1]
        if shares:
            ranked.append((-max(shares), entry))
    return [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])]


def _telling(question: str) -> list[str]:
    """The words to look for: all but the empty ones, unless there are no others."""
    words = fold(question)
    return [word for word in words if word not in EMPTY] or words


def _share(words: list[str], text: list[str]) -> float:
    """How many of the words begin one of the text's, from 0 to 1."""
    return sum(any(one.startswith(word) for one in text) for word in words) / len(words)
