"""Looks into a workbook's archive for what calamine does not report.

Sizes before anything is unpacked, macros and passwords, hidden sheets and rows, merged cells,
formulas without a value and error values.
"""

import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree
from xml.parsers import expat

from cvg_warehouse.ingest.sheets import FileRefused

LARGEST_FILE = 300_000_000
LARGEST_UNPACKED = 600_000_000
LARGEST_RATIO = 100
SMALL = 5_000_000
MOST_ENTRIES = 2_000
MOST_CELLS = 40_000_000
MOST_COLUMNS = 2_000
MOST_ROWS = 1_048_576
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CELL = re.compile(r"([A-Z]+)(\d+)")
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass
class SheetFacts:
    """What the archive says of a sheet; rows and columns from 0."""

    is_hidden: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    merged_row: int | None = None
    without_value: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    first_column: int | None = None
    """The first column with a value: calamine leaves out those at its left."""

    def has_value_in(self, column: int) -> None:
        """Note that a value stands in a column."""
        if self.first_column is None or column < self.first_column:
            self.first_column = column


def facts_of(path: Path) -> dict[str, SheetFacts]:
    """Facts by name of sheet. Raises FileRefused where the file is not safe to open."""
    refuse_large(path)
    with path.open("rb") as stream:
        if stream.read(len(OLE)) == OLE:
            raise FileRefused("file_encrypted")
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_unsafe(archive)
            read = _ods if path.suffix.lower() == ".ods" else _xlsx
            return read(archive)
    except (
        zipfile.BadZipFile,
        expat.ExpatError,
        ElementTree.ParseError,
        KeyError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
        zlib.error,
    ):
        raise FileRefused("file_unreadable") from None


def refuse_large(path: Path) -> None:
    """Refuse a file beyond the declared size."""
    if path.stat().st_size > LARGEST_FILE:
        raise FileRefused("file_too_large")


def _refuse_unsafe(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > LARGEST_UNPACKED:
        raise FileRefused("file_too_large")
    for entry in entries:
        if entry.file_size > max(SMALL, LARGEST_RATIO * entry.compress_size):
            raise FileRefused("file_too_large")
        if entry.flag_bits & 1:
            raise FileRefused("file_encrypted")
        name = entry.filename.lower()
        if name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")):
            raise FileRefused("file_macro")
    if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read(
        "META-INF/manifest.xml"
    ):
        raise FileRefused("file_encrypted")
    # Reads to the end what calamine will read, and fails where sizes or checksums lie.
    if archive.testzip() is not None:
        raise FileRefused("file_unreadable")


def _xlsx(archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    relations = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in _tree(archive, "xl/_rels/workbook.xml.rels")
    }
    facts = {}
    for sheet in _tree(archive, "xl/workbook.xml").iter():
        target = relations.get(sheet.get(RELATION, ""))
        if sheet.tag.endswith("}sheet") and target is not None:
            part = (
                target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl", target))
            )
            facts[sheet.get("name", "")] = _xlsx_sheet(archive, part)
            facts[sheet.get("name", "")].is_hidden = sheet.get("state", "visible") != "visible"
    return facts


def _tree(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    content = archive.read(part)
    if b"<!DOCTYPE" in content:
        raise FileRefused("file_unreadable")
    return ElementTree.fromstring(content)


def _xlsx_sheet(archive: zipfile.ZipFile, part: str) -> SheetFacts:
    facts = SheetFacts()
    row, column, is_hidden, has_formula, has_value, kind = -1, -1, False, False, False, ""
    in_value = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, is_hidden, has_formula, has_value, kind, in_value
        tag = tag.rpartition(":")[2]
        if tag == "c":
            place = CELL.fullmatch(attributes.get("r", ""))
            column = _number(place[1]) if place else column + 1
            has_formula = has_value = False
            kind = attributes.get("t", "")
        elif tag == "v":
            in_value, has_value = True, has_value or kind == "str"
        elif tag == "is":
            has_value = True
        elif tag == "f":
            has_formula = True
        elif tag == "row":
            row = int(attributes.get("r", row + 2)) - 1
            column, is_hidden = -1, attributes.get("hidden") in ("1", "true")
        elif tag == "mergeCell":
            first = CELL.match(attributes.get("ref", ""))
            at = int(first[2]) - 1 if first else 0
            facts.merged_row = at if facts.merged_row is None else min(at, facts.merged_row)

    def end(tag: str) -> None:
        nonlocal in_value
        tag = tag.rpartition(":")[2]
        if tag == "v":
            in_value = False
        elif tag == "c":
            if has_value or kind == "e":
                facts.has_value_in(column)
            if has_formula and not has_value:
                facts.without_value.append((row, column))
            elif kind == "e":
                facts.errors.append((row, column))
            if is_hidden and has_value and (not facts.hidden_rows or facts.hidden_rows[-1] != row):
                facts.hidden_rows.append(row)

    def text(_: str) -> None:
        nonlocal has_value
        if in_value:
            has_value = True

    _parse(archive, part, start, end, text)
    return facts


def _number(letters: str) -> int:
    """Column from 0 by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _ods(archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    facts: dict[str, SheetFacts] = {}
    hidden_styles: set[str] = set()
    style, name, row, column, cells = "", "", -1, -1, 0
    repeated, is_hidden = 1, False
    formula_at: tuple[int, int] | None = None
    has_value, text_here = False, ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal style, name, row, column, repeated, is_hidden, formula_at, has_value, text_here
        nonlocal cells
        if tag == "style:style":
            style = attributes.get("style:name", "")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            hidden_styles.add(style)
        elif tag == "table:table":
            name, row, repeated = attributes.get("table:name", ""), -1, 1
            facts[name] = SheetFacts(attributes.get("table:style-name") in hidden_styles)
        elif tag == "table:table-row":
            row += repeated
            column = -1
            repeated = int(attributes.get("table:number-rows-repeated", 1))
            is_hidden = attributes.get("table:visibility", "visible") != "visible"
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            wide = int(attributes.get("table:number-columns-repeated", 1))
            column += 1
            has_value = "office:value-type" in attributes
            text_here = ""
            if has_value:
                facts[name].has_value_in(column)
                cells += wide * repeated
                if cells > MOST_CELLS or wide > MOST_COLUMNS or repeated > MOST_ROWS:
                    raise FileRefused("file_too_large")
            formula_at = (row, column) if "table:formula" in attributes else None
            spans = ("table:number-columns-spanned", "table:number-rows-spanned")
            if any(int(attributes.get(span, 1)) > 1 for span in spans):
                first = facts[name].merged_row
                facts[name].merged_row = row if first is None else min(first, row)
            if attributes.get("calcext:value-type") == "error":
                facts[name].errors.append((row, column))
                formula_at = None
            if is_hidden and has_value and row not in facts[name].hidden_rows[-1:]:
                facts[name].hidden_rows.append(row)
            column += wide - 1

    def end(tag: str) -> None:
        nonlocal formula_at
        if tag == "table:table-cell" and formula_at is not None:
            if not has_value:
                facts[name].without_value.append(formula_at)
            elif text_here.startswith(("#", "Err:")):
                facts[name].errors.append(formula_at)
            formula_at = None

    def text(found: str) -> None:
        nonlocal text_here
        if formula_at is not None:
            text_here += found

    _parse(archive, "content.xml", start, end, text)
    return facts


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text

    def refuse(*_: object) -> None:
        raise FileRefused("file_unreadable")

    parser.StartDoctypeDeclHandler = refuse
    with archive.open(part) as stream:
        parser.ParseFile(stream)
