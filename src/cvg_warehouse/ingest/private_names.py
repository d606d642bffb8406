"""Names of files, folders and sheets that name a person: what stands for them in all that is kept.

A name that points at a person, as far as names are known by now, or that looks like one, becomes a
keyed digest; only the analysts' list in the quarantine says which is which.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import PurePosixPath

from cvg_warehouse.contracts.exports import declared_headers, export_names
from cvg_warehouse.contracts.seeds import territory_of_worksite
from cvg_warehouse.contracts.text import words_of
from cvg_warehouse.ingest.people import KnownNames, ordinary_words, points_at_a_person
from cvg_warehouse.ingest.pseudonyms import local_pseudonym
from cvg_warehouse.ingest.reading import FileReading
from cvg_warehouse.ingest.senders import spaced, territories
from cvg_warehouse.ingest.sheets import Place

CIVILITY = re.compile(
    r"\b(mme|mlle|mmes|madame|mademoiselle|monsieur|mr|m\.)\s*[^\W\d_]{2,}", re.IGNORECASE
)
NUMBER = re.compile(r"\d(?:[\W_]?\d){8,}")
WORD = re.compile(r"[^\W\d_]+")
LIKE_A_NAME = 2
"""Words in a row that begin with a capital and are no ordinary ones."""


@dataclass
class PrivateNames:
    """What stands for each name that is not to be kept."""

    names: KnownNames
    key: bytes
    real: dict[str, str] = field(default_factory=dict)
    """The real name by what stands for it."""

    def path(self, path: str) -> str:
        """A path below the folder of deliveries, as it may be kept."""
        *folders, file = path.split("/")
        ending = PurePosixPath(file).suffix
        stem = file.removesuffix(ending)
        kept = [self._kept(part, "dossier") for part in folders]
        return "/".join([*kept, self._kept(stem, "fichier") + ending])

    def sheet(self, name: str) -> str:
        """The name of a sheet, as it may be kept."""
        return self._kept(name, "feuille")

    def other(self, place: str) -> str:
        """A place of the same file, `sheet:line` or `:line`, as it may be kept."""
        sheet, colon, line = place.rpartition(":")
        return self.sheet(sheet) + colon + line

    def _kept(self, name: str, kind: str) -> str:
        if not name or not names_a_person(name, self.names):
            return name
        export = _known_words(name)
        digest = f"{kind}-{local_pseudonym(self.key, 'name of a file', name)[:10]}"
        kept = "-".join([*export, digest])
        self.real[kept] = name
        return kept


def private_names(
    readings: list[FileReading], repeats: dict[str, str], names: KnownNames, key: bytes
) -> PrivateNames:
    """Replace the names that point at a person in all readings; `repeats` likewise, in place."""
    private = PrivateNames(names, key)
    for reading in readings:
        reading.path = private.path(reading.path)

        def kept(places: Iterable[Place]) -> list[Place]:
            return [
                replace(place, sheet=private.sheet(place.sheet), other=private.other(place.other))
                for place in places
            ]

        reading.refused, reading.warnings = kept(reading.refused), kept(reading.warnings)
        for sheet in reading.sheets:
            sheet.held, sheet.unreadable = kept(sheet.held), kept(sheet.unreadable)
            sheet.name = private.sheet(sheet.name)
    renamed = {private.path(path): private.path(original) for path, original in repeats.items()}
    repeats.clear()
    repeats.update(renamed)
    return private


def names_a_person(name: str, names: KnownNames) -> bool:
    """Whether the name of a file, a folder or a sheet points at a person, or looks like it."""
    text = name.replace("_", " ")
    if CIVILITY.search(text) or points_at_a_person(text, names):
        return True
    if any(len(re.sub(r"\D", "", found)) in (9, 10, 13, 15) for found in NUMBER.findall(text)):
        return True
    in_a_row = 0
    for word in WORD.findall(text.replace("-", " ")):
        is_name = word[0].isupper() and len(word) > 2 and not set(words_of(word)) <= _ordinary()
        in_a_row = in_a_row + 1 if is_name else 0
        if in_a_row >= LIKE_A_NAME:
            return True
    return False


def _known_words(name: str) -> list[str]:
    """Words of the name that say the sender or the export, which stay readable."""
    words = spaced(name)
    said = [code for code in (*territory_of_worksite(), *territories()) if spaced(code) in words]
    names = export_names().items()
    exports = {export for of_export, export in names if f" {' '.join(of_export)} " in words}
    return [*said[:1], *sorted(exports - {"-"})]


@cache
def _ordinary() -> frozenset[str]:
    """Words that are no names: of the reference lists, the contracts, and of names of files."""
    words = {word for names in export_names() for word in names}
    words |= {word for header in declared_headers() for word in header.split("_")}
    return frozenset(words) | ordinary_words()
