"""Looks into an .xlsx archive: hidden rows, merged cells, formulas and errors, number formats."""

import re
import zipfile
from functools import lru_cache
from pathlib import PurePosixPath

from cvg_warehouse.ingest.archive_xml import parse, tree
from cvg_warehouse.ingest.number_formats import BUILT_IN, NOT_TEXT, PLAIN, Mask, mask_of, shown
from cvg_warehouse.ingest.sheet_facts import SheetFacts
from cvg_warehouse.ingest.sheets import FileRefused

CELL = re.compile(r"([A-Za-z]{1,9})([1-9]\d{0,9})", re.ASCII)
TRANSITIONAL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
STYLES = "xl/styles.xml"
KNOWN_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
"""Those that calamine can read."""


def facts_of_xlsx(archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    """Facts by name of sheet; FileRefused where a sheet names no part of the archive."""
    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in tree(archive, "xl/_rels/workbook.xml.rels")
    }
    masks = _masks(archive)
    facts = {}
    for sheet in tree(archive, "xl/workbook.xml").iter():
        if not sheet.tag.endswith("}sheet"):
            continue
        name = sheet.get("name", "")
        target = targets[sheet.get(STRICT) or sheet.attrib[TRANSITIONAL]]
        part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl", target))
        facts[name] = _facts_of_sheet(archive, name, part, masks)
        facts[name].is_hidden = sheet.get("state", "visible") != "visible"
        facts[name].refuse_large(name)
    return facts


def _masks(archive: zipfile.ZipFile) -> list[Mask | None]:
    """How each cell style shows a whole number."""
    if STYLES not in archive.namelist():
        return []
    codes = dict(BUILT_IN)
    masks: list[Mask | None] = []
    for element in tree(archive, STYLES):
        tag = element.tag.rpartition("}")[2]
        if tag == "numFmts":
            codes |= {int(f.get("numFmtId", 0)): f.get("formatCode", "") for f in element}
        elif tag == "cellXfs":
            masks = [mask_of(codes.get(int(xf.get("numFmtId", 0)), "")) for xf in element]
    return masks


def _facts_of_sheet(
    archive: zipfile.ZipFile, sheet: str, part: str, masks: list[Mask | None]
) -> SheetFacts:
    facts = SheetFacts()
    line, row, column, is_hidden = 0, -1, -1, False
    has_formula, has_value, is_used, in_value = False, False, False, False
    kind, style, value = "", "", ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal line, row, column, is_hidden, has_formula, has_value, is_used, in_value
        nonlocal kind, style, value
        tag = tag.rpartition(":")[2]
        if tag == "c":
            if reference := attributes.get("r"):
                place = CELL.fullmatch(reference)
                if place is None:
                    raise FileRefused("file_unreadable", sheet, line)
                row, column = int(place[2]) - 1, _number(place[1])
            else:
                row, column = line - 1, column + 1
            has_formula = has_value = is_used = False
            kind, style, value = attributes.get("t", "n"), attributes.get("s", "0"), ""
        elif tag == "v":
            in_value, is_used, has_value = True, True, has_value or kind == "str"
        elif tag == "is":
            is_used = has_value = True
            value = kind
        elif tag == "f":
            has_formula = True
        elif tag == "row":
            line = int(attributes.get("r", line + 1))
            if line < 1:
                raise FileRefused("file_unreadable", sheet)
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
            if is_used:
                facts.covers(row, column)
                facts.filled += value != ""
                if has_value or kind == "e":
                    facts.has_value_in(column)
            if has_formula and not has_value:
                facts.without_value.append((row, column))
            elif kind == "e":
                facts.errors.append((row, column))
                facts.has_unknown_error |= value not in KNOWN_ERRORS
            elif value and kind in ("n", "b", "d"):
                mask = masks[int(style)] if masks and kind == "n" else PLAIN
                _note_number(facts, row, column, kind, value, mask)
            if is_hidden and has_value and (not facts.hidden_rows or facts.hidden_rows[-1] != row):
                facts.hidden_rows.append(row)

    def text(found: str) -> None:
        nonlocal has_value, value
        if in_value:
            has_value = True
            value += found

    parse(archive, part, start, end, text)
    return facts


def _note_number(
    facts: SheetFacts, row: int, column: int, kind: str, value: str, mask: Mask | None
) -> None:
    """Note a number that is no whole one, or is not shown as it is."""
    if kind != "n" or mask is NOT_TEXT or not (value.isdigit() or float(value).is_integer()):
        facts.not_text[column].append(row)
    elif mask != PLAIN and float(value) >= 0:
        facts.shown[row, column] = shown(int(float(value)), mask)


@lru_cache(maxsize=20_000)
def _number(letters: str) -> int:
    """Column from 0 by its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
