"""`livraison.csv`: which files a delivery holds, with how many rows, delivered when.

Its columns are fichier, feuille, lignes and date, of which fichier and lignes are required; it is
read in any encoding and with any separator that a French spreadsheet gives it.
"""

import csv
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cvg_warehouse.contracts.text import header_key, name_key, trimmed, words_of
from cvg_warehouse.ingest.layout import export_named_by

WORD = "livraison"
LARGEST = 10_000_000
SEPARATORS = ";,\t"
REQUIRED = {"fichier", "lignes"}
YEAR_FIRST = re.compile(r"(\d{4})[-/._](\d{1,2})[-/._](\d{1,2})", re.ASCII)
DAY_FIRST = re.compile(r"(\d{1,2})[-/._ ](\d{1,2})[-/._ ](\d{4})", re.ASCII)


@dataclass(frozen=True)
class Line:
    """One line of an announcement."""

    line: int
    file: str
    """Name of the file, or its path below the announcement's folder, with slashes."""
    sheet: str
    """Name of the sheet, or '' for the whole file."""
    rows: int | None
    """Rows announced; None where the line only dates its file."""
    delivered_on: str
    """ISO, or ''."""


@dataclass
class Announced:
    """What all lines together say of one file."""

    delivered_on: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    """By key of the sheet's name."""

    def takes(self, line: Line) -> bool:
        """Add a line; False, and nothing added, where it contradicts an earlier one."""
        sheet = name_key(line.sheet)
        if line.delivered_on and self.delivered_on not in ("", line.delivered_on):
            return False
        if line.rows is not None and self.rows.get(sheet, line.rows) != line.rows:
            return False
        self.delivered_on = line.delivered_on or self.delivered_on
        if line.rows is not None:
            self.rows[sheet] = line.rows
        return True


def is_announcement(name: str) -> bool:
    """Whether a file is an announcement: a CSV file with `livraison` and no export in its name."""
    file = Path(name)
    return (
        file.suffix.lower() == ".csv"
        and WORD in words_of(file.stem)
        and export_named_by(file.stem) is None
    )


def read_announcement(file: Path) -> tuple[list[Line], list[int]]:
    """The lines that can be read, and the numbers of the others; 0 is the file as a whole."""
    try:
        text = _text(file)
        rows = list(_rows(text))
    except (OSError, ValueError, csv.Error):
        return [], [0]
    lines, unreadable = [], []
    for number, row in rows:
        if not any(row.values()):
            continue
        if line := _line(number, row):
            lines.append(line)
        else:
            unreadable.append(number)
    return lines, unreadable


def _text(file: Path) -> str:
    with file.open("rb") as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError("too large")
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16")
    try:
        return content.removeprefix(BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    """Number and values by column of each line. Raises ValueError where the header is missing."""
    lines = text.splitlines()
    for separator in SEPARATORS:
        reader = csv.reader(lines, delimiter=separator)
        header = [header_key(name) for name in next(reader, [])]
        if set(header) >= REQUIRED:
            return [
                (reader.line_num, dict(zip(header, map(str.strip, row), strict=False)))
                for row in reader
            ]
    raise ValueError("no header")


def _line(number: int, row: dict[str, str]) -> Line | None:
    """The line, or None where it is not one."""
    name, rows, on = row.get("fichier", ""), row.get("lignes", ""), row.get("date", "")
    delivered_on = _iso(on)
    count = trimmed(rows).replace(" ", "")
    is_count = count.isascii() and count.isdigit() and len(count) < 10
    if not name or (on and not delivered_on) or not (is_count or (delivered_on and not rows)):
        return None
    path = name.replace("\\", "/")
    return Line(number, path, row.get("feuille", ""), int(count) if rows else None, delivered_on)


def _iso(written: str) -> str:
    """A date as AAAA-MM-JJ, from that form or JJ/MM/AAAA; '' where it is none."""
    if found := YEAR_FIRST.fullmatch(written):
        year, month, day = found.groups()
    elif found := DAY_FIRST.fullmatch(written):
        day, month, year = found.groups()
    else:
        return ""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
