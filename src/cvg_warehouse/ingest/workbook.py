"""Reads a workbook (.xlsx, .ods): calamine gives the cells as text, the archive the rest."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import fastexcel
import polars as pl

from cvg_warehouse.contracts.dialogue import FORM_SHEET
from cvg_warehouse.contracts.exports import AUXILIARY, EXPORTS, contract_of
from cvg_warehouse.ingest.archive import facts_of, with_known_errors
from cvg_warehouse.ingest.encoding import BROKEN_PREFIX, line_of_mojibake
from cvg_warehouse.ingest.identifiers import hold_identifiers, identifier_positions
from cvg_warehouse.ingest.layout import export_named_by, is_no_table, refuse_header
from cvg_warehouse.ingest.sheet_facts import SheetFacts
from cvg_warehouse.ingest.sheets import FileRefused, Place, RawFile, RawForm, RawSheet

PEEKED = 25
FAR_BELOW = 100
"""Blank lines after which a line of one cell belongs to no table."""
# calamine says there what it leaves out (a chart sheet), and may quote the file.
logging.getLogger("calamine").setLevel(logging.CRITICAL + 1)


def read_workbook(path: Path) -> RawFile:
    """Read the sheets that are exports, each as texts.

    Raises FileRefused where one of them is not a table of its export, or none is.
    """
    facts = facts_of(path)
    is_ods = path.suffix.lower() == ".ods"
    with _refusing("ods_unreadable" if is_ods else "file_unreadable"):
        unknown = any(sheet.has_unknown_error for sheet in facts.values())
        reader = fastexcel.read_excel(with_known_errors(path) if unknown else path)
        names = reader.sheet_names
    if not set(names) <= set(facts):
        raise FileRefused("file_unreadable")
    file = RawFile(path, [])
    if FORM_SHEET in names:
        if facts[FORM_SHEET].is_hidden:
            raise FileRefused("sheet_hidden", FORM_SHEET)
        cells = _cells(reader, FORM_SHEET, facts[FORM_SHEET])
        file.form = RawForm(FORM_SHEET, [(at, list(row)) for at, row in enumerate(cells.rows(), 1)])
        return file
    exports = _exports_of(path, names)
    tables: list[tuple[str, str, pl.DataFrame]] = []
    for name in names:
        export = exports.get(name)
        if export == AUXILIARY:
            continue
        if facts[name].is_hidden:
            raise FileRefused("sheet_hidden", name)
        if export is None:
            file.problems += [Place("sheet_unknown", name)] if facts[name].filled else []
            continue
        tables.append((name, export, _cells(reader, name, facts[name])))
    notes = {name for name, export, cells in tables if _is_notes(export, cells)}
    for name, export, cells in tables:
        if name in notes and len(notes) < len(tables):
            file.problems.append(Place("sheet_unknown", name))
        elif sheet := _sheet(name, export, cells, facts[name]):
            file.sheets.append(sheet)
        else:
            file.problems.append(Place("sheet_empty", name))
    if not file.sheets:
        raise FileRefused("file_empty" if exports else "export_unknown")
    found = [sheet.export for sheet in file.sheets]
    for sheet in file.sheets:
        if found.count(sheet.export) > 1:
            raise FileRefused("export_twice", sheet.name)
    hold_identifiers(file)
    return file


def _exports_of(path: Path, names: list[str]) -> dict[str, str]:
    """Export by name of sheet; a single sheet may be named by the file instead."""
    named = {name: export for name in names if (export := export_named_by(name)) is not None}
    rest = [name for name in names if named.get(name) != AUXILIARY]
    by_file = export_named_by(path.stem)
    if len(rest) == 1 and rest[0] not in named and by_file in EXPORTS:
        named[rest[0]] = by_file
    return named if any(export != AUXILIARY for export in named.values()) else {}


@contextmanager
def _refusing(check_id: str, sheet: str = "") -> Iterator[None]:
    """Refuse the file where calamine fails, whatever it says: it may quote the file."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a panic of calamine is no Exception
        raise FileRefused(check_id, sheet) from None


def _hold_stray_lines(sheet: RawSheet, first: int) -> None:
    """Take lines of one cell out of the cells, from a line far below the others on."""
    lines = pl.Series(sheet.lines)
    filled = sheet.cells.select(
        pl.sum_horizontal((pl.all().str.strip_chars() != "").cast(pl.UInt32))
    ).to_series()
    stray = (lines >= first) & (filled == 1)
    sheet.unreadable += [Place("stray_line", sheet.name, line) for line in lines.filter(stray)]
    sheet.cells, sheet.lines = sheet.cells.filter(~stray), lines.filter(~stray).to_list()


def _cells(reader: fastexcel.ExcelReader, name: str, facts: SheetFacts) -> pl.DataFrame:
    """All cells as texts, from the first line of the sheet on; columns named by position.

    A number stands as the spreadsheet shows it: with its leading zeros.
    """
    with _refusing("file_unreadable", name):
        sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        frame = sheet.to_polars()
    frame.columns = [str(position) for position in range(frame.width)]
    frame = frame.with_columns(pl.all().cast(pl.String).fill_null(""))
    for column in sorted({column for _, column in facts.shown}):
        rows = {row: text for (row, at), text in facts.shown.items() if at == column}
        position = str(column - (facts.first_column or 0))
        frame = frame.with_columns(frame[position].scatter(list(rows), list(rows.values())))
    return frame


def _filled(cells: pl.DataFrame) -> pl.DataFrame:
    """The rows that are not blank."""
    return cells.filter(pl.any_horizontal(pl.all().str.strip_chars() != ""))


def _is_notes(export: str, cells: pl.DataFrame) -> bool:
    """Whether a sheet holds something else than the export that its name speaks of."""
    if not cells.width:
        return False
    first = [list(row) for row in _filled(cells.head(PEEKED)).rows()]
    return bool(first) and is_no_table(first[0], first[1:], contract_of(export))


def _sheet(name: str, export: str, cells: pl.DataFrame, facts: SheetFacts) -> RawSheet | None:
    """The sheet's rows, or None where it has a header at most."""
    if facts.merged_row is not None:
        raise FileRefused("cells_merged", name, facts.merged_row + 1)
    if facts.hidden_rows:
        raise FileRefused("rows_hidden", name, facts.hidden_rows[0] + 1)
    if not cells.width:
        return None
    marked = {row for row, _ in facts.without_value + facts.errors}
    cells = cells.with_row_index("line", offset=1)
    texts = pl.all().exclude("line")
    filled = pl.any_horizontal(texts.str.strip_chars() != "")
    is_marked = (pl.col("line") - 1).is_in(sorted(marked)) if marked else pl.lit(False)
    rows = cells.filter(filled | is_marked)
    if not rows.height:
        return None
    header_line, *lines = rows["line"].to_list()
    header = [str(value).strip() for value in rows.drop("line").row(0)]
    following = [list(row) for row in rows.drop("line").slice(1, PEEKED).rows()]
    contract = contract_of(export)
    refuse_header(header, following, contract, name, header_line)
    if not lines:
        return None
    for column in rows.columns[1:]:
        texts_here = rows[column]
        broken = texts_here.str.contains(BROKEN_PREFIX.pattern)
        if broken.any() and any(map(line_of_mojibake, texts_here.filter(broken))):
            raise FileRefused("encoding_mojibake", name)
    sheet = RawSheet(name, export, header, rows.drop("line").slice(1), lines, from_workbook=True)
    runs = [
        (before + 1, line - before - 1)
        for before, line in pairwise([0, header_line, *lines])
        if line > before + 1
    ]
    sheet.blank = sum(length for _, length in runs)
    sheet.problems += [Place("blank_line", name, line) for line, _ in runs]
    if far := [line + length for line, length in runs if length >= FAR_BELOW]:
        _hold_stray_lines(sheet, far[0])
    # Counted as calamine counts, which leaves out the empty columns at the left.
    left = facts.first_column or 0
    for check_id, places in (
        ("formula_without_value", facts.without_value),
        ("error_value", facts.errors),
    ):
        sheet.problems += [
            Place(check_id, name, row + 1, f"#{column - left}") for row, column in places
        ]
    sheet.problems += [
        Place("identifier_not_text", name, row + 1, f"#{position}")
        for position in identifier_positions(sheet)
        for row in facts.not_text.get(position + left, ())
        if row + 1 > header_line
    ]
    return sheet
