"""Looks into an .ods archive: hidden rows, merged cells, formulas and errors, texts shown."""

import re
import zipfile
from itertools import product

from cvg_warehouse.contracts.text import folded
from cvg_warehouse.ingest.archive_xml import parse
from cvg_warehouse.ingest.sheet_facts import MOST_CELLS, SheetFacts

NOT_TEXT = ("date", "time", "boolean", "percentage", "currency")
TRUTHS = frozenset({"true", "false", "vrai", "faux"})
TRUE_OR_FALSE = re.compile(r"of:=(TRUE|FALSE)\(\)")
NO_DIGIT = re.compile(r"\D")
GROUPED = re.compile(r"[\d\s.,']+")
LIBRE_OFFICE = re.compile(rb"<meta:generator>\s*(LibreOffice|OpenOffice)")
CELLS = ("table:table-cell", "table:covered-table-cell")
SPANS = ("table:number-columns-spanned", "table:number-rows-spanned")
NOTE = "office:annotation"


def facts_of_ods(archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    """Facts by name of sheet."""
    facts: dict[str, SheetFacts] = {}
    hidden_styles: set[str] = set()
    is_computed = _is_computed(archive)
    style, name, is_hidden, in_text = "", "", False, False
    row, column, high, wide = -1, -1, 1, 1
    cell: dict[str, str] = {}
    shown = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal style, name, is_hidden, in_text, row, column, high, wide, cell, shown
        if tag == "style:style":
            style = attributes.get("style:name", "")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            hidden_styles.add(style)
        elif tag == "table:table":
            name, row, high = attributes.get("table:name", ""), -1, 1
            facts[name] = SheetFacts(attributes.get("table:style-name") in hidden_styles)
        elif tag == "table:table-row":
            row, column, wide = row + high, -1, 1
            high = int(attributes.get("table:number-rows-repeated", 1))
            is_hidden = attributes.get("table:visibility", "visible") != "visible"
        elif tag in CELLS:
            column += wide
            wide = int(attributes.get("table:number-columns-repeated", 1))
            cell, shown, in_text = attributes, "", True
            if any(int(attributes.get(span, 1)) > 1 for span in SPANS):
                first = facts[name].merged_row
                facts[name].merged_row = row if first is None else min(first, row)
        elif tag == NOTE:
            in_text = False

    def end(tag: str) -> None:
        nonlocal in_text
        if tag in CELLS:
            in_text = False
            if "office:value-type" in cell:
                facts[name].has_value_in(column)
                facts[name].covers(row, column, high, wide)
                facts[name].filled += wide * high
                if wide * high > MOST_CELLS:
                    facts[name].refuse_large(name)
                if is_hidden and row not in facts[name].hidden_rows[-1:]:
                    facts[name].hidden_rows.append(row)
            if "office:value-type" in cell or "table:formula" in cell:
                for place in product(range(row, row + high), range(column, column + wide)):
                    _note(facts[name], place, cell, shown.strip(), is_computed)
        elif tag == NOTE:
            in_text = True
        elif tag == "table:table":
            facts[name].refuse_large(name)

    def text(found: str) -> None:
        nonlocal shown
        if in_text:
            shown += found

    parse(archive, "content.xml", start, end, text)
    return facts


def _is_computed(archive: zipfile.ZipFile) -> bool:
    """Whether every formula has its value: LibreOffice leaves out the value '' alone."""
    return "meta.xml" in archive.namelist() and bool(LIBRE_OFFICE.search(archive.read("meta.xml")))


def _note(
    facts: SheetFacts, place: tuple[int, int], cell: dict[str, str], shown: str, is_computed: bool
) -> None:
    """Note what is special about a cell with a value or a formula."""
    formula, kind = cell.get("table:formula", ""), cell.get("office:value-type", "")
    if cell.get("calcext:value-type") == "error" or (
        formula and kind and shown.startswith(("#", "Err:"))
    ):
        facts.errors.append(place)
    elif not kind:
        if shown or not is_computed:
            facts.without_value.append(place)
    elif kind in NOT_TEXT:
        facts.not_text[place[1]].append(place[0])
    elif kind == "float":
        _note_number(facts, place, float(cell.get("office:value", "nan")), formula, shown)


def _note_number(
    facts: SheetFacts, place: tuple[int, int], number: float, formula: str, shown: str
) -> None:
    """Note a number that is no whole one, or is not shown as it is."""
    row, column = place
    truth = TRUE_OR_FALSE.fullmatch(formula)
    if truth or (formula and folded(shown) in TRUTHS):
        facts.not_text[column].append(row)
        facts.shown[place] = truth[1] if truth else shown
        return
    digits, whole = NO_DIGIT.sub("", shown), str(abs(int(number))) if number.is_integer() else ""
    if not whole or (shown and digits.lstrip("0") != whole.lstrip("0")):
        facts.not_text[column].append(row)
    elif digits and (digits != whole or not GROUPED.fullmatch(shown)) and number >= 0:
        facts.shown[place] = shown
