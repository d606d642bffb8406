"""The half-yearly form that a worksite owes (outil de dialogue de gestion): its parts and lines.

All of it is data: `seeds/reference/dialogue_parts.csv` and `dialogue_lines.csv`. The rows that a
form gives stand in one file beside the exports, which may be missing.
"""

from dataclasses import dataclass
from functools import cache

from cvg_warehouse.contracts.exports import LINEAGE, Column
from cvg_warehouse.contracts.seeds import reference
from cvg_warehouse.contracts.text import words_of

FORM = "formulaires"
"""Name of the file beside the exports, and of forms where exports are named."""
FORM_SHEET = "Dialogue de gestion"
"""The sheet of a workbook that is a form."""
FORM_HEADER = ("Partie", "Indicateur", "Nombre", "%")
FORM_KEY = ("chantier", "premier_jour", "dernier_jour")
"""Columns of the file that say which form a line is of."""
FORM_COLUMNS = (*FORM_KEY, "ligne", "etat", "nombre", *LINEAGE)
COUNTED, NOT_AVAILABLE, SECRET, NOT_SENT = "nombre", "absent", "secret", "non_transmis"
"""States of a declared line."""
SECRET_SIGN = "s"


@dataclass(frozen=True)
class Line:
    """A line of the form."""

    line_id: str
    part: str
    label: str
    unit: str
    """`people`, `months`, `fte`, or `notice` where it says that lines are not transmitted."""
    is_justice: bool
    spellings: tuple[str, ...]
    """The label and the other writings that are understood."""


@dataclass(frozen=True)
class Part:
    """A part of the form."""

    part: str
    label: str
    content: str
    """`counted`, `staff` (with names, dropped on reading) or `method` (free text, not read)."""
    lines: tuple[Line, ...]

    def line_of(self, text: str) -> Line | None:
        """The line that a label stands for, or None; of a notice all words stand in it."""
        words = words_of(text)
        for line in self.lines:
            written = map(words_of, line.spellings)
            if line.unit == "notice":
                if any(set(spelling) <= set(words) for spelling in written):
                    return line
            elif words in written:
                return line
        return None


@cache
def parts() -> tuple[Part, ...]:
    """The parts of the form, in its order."""
    lines = sorted(reference("dialogue_lines"), key=lambda row: int(row["sort_order"]))
    found = [
        Part(
            row["part"],
            row["label_fr"],
            row["content"],
            tuple(_line(line) for line in lines if line["part"] == row["part"]),
        )
        for row in sorted(reference("dialogue_parts"), key=lambda row: int(row["sort_order"]))
    ]
    return tuple(found)


@cache
def part_names() -> dict[tuple[str, ...], Part]:
    """The parts by the words of each of their names."""
    by_code = {part.part: part for part in parts()}
    return {
        words_of(name): by_code[row["part"]]
        for row in reference("dialogue_parts")
        for name in _written(row)
    }


def form_columns() -> list[Column]:
    """Columns of the file beside the exports, in order."""
    return [Column(name, required=True) for name in FORM_COLUMNS]


def is_form_header(cells: list[str]) -> bool:
    """Whether a line is the header of a form; how its shares are headed says nothing."""
    *wanted, _ = FORM_HEADER
    return [words_of(cell) for cell in cells[: len(wanted)]] == [words_of(name) for name in wanted]


def _line(row: dict[str, str]) -> Line:
    return Line(
        row["line_id"],
        row["part"],
        row["label_fr"],
        row["unit"],
        row["is_justice"] == "yes",
        _written(row),
    )


def _written(row: dict[str, str]) -> tuple[str, ...]:
    return (row["label_fr"], *filter(None, row["spellings"].split("|")))
