"""The words of the programme and of its figures: glossary.toml, read."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from cvg_warehouse.reading.search import fold
from cvg_warehouse.reading.texts import Language


@dataclass(frozen=True)
class Term:
    """A word in both languages, other words for it, and what it means."""

    fr: str
    en: str
    meaning_fr: str
    meaning_en: str
    also: tuple[str, ...] = ()

    def name(self, language: Language) -> str:
        """The word, and the other words for it."""
        return ", ".join((self.fr if language == "fr" else self.en, *self.also))

    def meaning(self, language: Language) -> str:
        """What the word means."""
        return self.meaning_fr if language == "fr" else self.meaning_en


def read_glossary(text: str) -> tuple[Term, ...]:
    """The terms of a TOML text, in its order."""
    terms = tomllib.loads(text)["terms"]
    return tuple(Term(**{**term, "also": tuple(term.get("also", ()))}) for term in terms)


GLOSSARY = read_glossary(Path(__file__).with_name("glossary.toml").read_text("utf-8"))


def other_words(question: str) -> list[str]:
    """The question, and the other words for it where it is a word of the glossary."""
    found = [question]
    for term in GLOSSARY:
        words = (term.fr, term.en, *term.also)
        if fold(question) in map(fold, words):
            found += words
    return found
