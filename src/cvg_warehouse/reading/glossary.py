"""The words of the programme and of its figures: glossary.toml, read, and found in a text."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

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


def marked(text: str, language: Language, seen: list[Term]) -> Markup:
    """A text as HTML, with the meaning of each term at its first place; `seen` gets the terms.

    A term of one everyday word ("sortie", "base") is not marked.
    """
    pattern, terms = _marks(language)
    html, end = Markup(), 0
    for found in pattern.finditer(text):
        term = terms[tuple(fold(found.group()))]
        if term not in seen:
            seen.append(term)
            html += escape(text[end : found.start()])
            html += WORD.format(term.meaning(language), found.group())
            end = found.end()
    return html + escape(text[end:])


# It can be pointed at, tapped and reached by the keyboard; style.css shows the meaning.
WORD = Markup('<dfn class="word" tabindex="0" title="{}">{}</dfn>')


@cache
def _marks(language: Language) -> tuple[re.Pattern[str], dict[tuple[str, ...], Term]]:
    """What finds the terms in a text, the longest first, and the terms by their folded words."""
    names = {
        name: term
        for term in GLOSSARY
        for name in (term.fr if language == "fr" else term.en, *term.also)
        if not re.fullmatch("[^\\W\\d_A-Z·]+", name)
    }
    longest_first = sorted(names, key=len, reverse=True)
    pattern = "|".join(map(_plural_too, longest_first))
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), {
        tuple(fold(n)): term for n, term in names.items()
    }


def _plural_too(name: str) -> str:
    """A pattern for a name, its plural and its capitals; those of an acronym must be there."""
    if name.isupper():
        return re.escape(name)
    return "(?i:" + r"\s+".join(re.escape(word) + "[sx]?" for word in name.split()) + ")"
