"""Which export a file or sheet holds by its name, and which columns by its header.

Only what is declared counts; nothing is guessed.
"""

import re
from collections import Counter

from cvg_warehouse.contracts.exports import AUXILIARY, LINEAGE, Contract, export_names
from cvg_warehouse.contracts.text import header_key, words_of
from cvg_warehouse.ingest.sheets import FileRefused, Place

PSEUDONYMS = {"id_salarie": "pseudonyme_salarie", "id_parcours": "pseudonyme_parcours"}
"""Headers of the quarantine for identifiers, which are pseudonyms there already."""
OF_THE_QUARANTINE = (
    *PSEUDONYMS.values(),
    *LINEAGE,
    "annee_naissance",
    "version_cle",
    "raison",
    "colonne",
    "livraison",
)
"""Headers that rows of the quarantine have besides those of their export."""
TITLE_LINES = 20
NAMES_IN_A_SECOND_HEADER = 2
FEW_COLUMNS = 2
JOINED = re.compile("[;,\t]")


def export_named_by(name: str) -> str | None:
    """The export that stands in the name of a file or sheet, `AUXILIARY`, or None.

    The longest of the declared names that stands in it decides: `suivi_post_sortie` is no `sortie`.
    A name with two exports in it stands for none.
    """
    words, names = words_of(name), export_names()
    found: dict[tuple[int, int], str] = {}
    for name_words, export in names.items():
        size = len(name_words)
        for start in range(len(words) - size + 1):
            if words[start : start + size] == name_words and (
                export != AUXILIARY or size == len(words)
            ):
                found[start, start + size] = export
    longest = {
        export
        for (start, end), export in found.items()
        if not any(
            other_start <= start and end <= other_end and other_end - other_start > end - start
            for other_start, other_end in found
        )
    }
    return longest.pop() if len(longest) == 1 else None


def columns_of(header: list[str], contract: Contract) -> dict[int, str]:
    """Column by position, for the headers that the contract knows."""
    known = contract.headers | {header_key(name): name for name in OF_THE_QUARANTINE}
    keys = enumerate(map(header_key, header))
    return {position: known[key] for position, key in keys if key in known}


def matches(header: list[str], contract: Contract) -> bool:
    """Whether every required column stands in this header."""
    named = set(columns_of(header, contract).values())
    return all(name in named or PSEUDONYMS.get(name) in named for name in contract.required)


def is_no_table(header: list[str], following: list[list[str]], contract: Contract) -> bool:
    """Whether next to no column of the contract stands in the header, nor in the lines after it.

    Columns that stand in one cell, with their separators, count.
    """
    names = [name for cell in header for name in JOINED.split(cell)]
    return len(columns_of(names, contract)) <= FEW_COLUMNS and not any(
        matches(row, contract) for row in following[:TITLE_LINES]
    )


def refuse_header(
    header: list[str], following: list[list[str]], contract: Contract, sheet: str, line: int
) -> None:
    """Refuse a sheet whose header is not one line with each required column once."""
    named = columns_of(header, contract)
    twice = [name for name, times in Counter(named.values()).items() if times > 1]
    if not matches(header, contract):
        if any(matches(row, contract) for row in following[:TITLE_LINES]):
            raise FileRefused("header_titles", sheet, line)
        present = set(named.values())
        missing = [
            name
            for name in contract.required
            if name not in present and PSEUDONYMS.get(name) not in present
        ]
        refusal = FileRefused("column_missing", sheet, line)
        refusal.places = [Place("column_missing", sheet, line, name) for name in missing]
        raise refusal
    if twice:
        refusal = FileRefused("column_twice", sheet, line)
        refusal.places = [Place("column_twice", sheet, line, name) for name in twice]
        raise refusal
    if following and len(columns_of(following[0], contract)) >= NAMES_IN_A_SECOND_HEADER:
        raise FileRefused("header_two_lines", sheet, line + 1)
