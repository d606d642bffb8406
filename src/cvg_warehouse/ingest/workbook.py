"""Reads a workbook (.xlsx, .ods): calamine gives the cells as text, the archive the rest."""

from pathlib import Path

import fastexcel
import polars as pl

from cvg_warehouse.contracts.exports import AUXILIARY, EXPORTS, contract_of
from cvg_warehouse.ingest.archive import SheetFacts, facts_of
from cvg_warehouse.ingest.csv_file import line_of_mojibake
from cvg_warehouse.ingest.layout import export_named_by, refuse_header
from cvg_warehouse.ingest.sheets import FileRefused, Place, RawFile, RawSheet

PEEKED = 25


def read_workbook(path: Path) -> RawFile:
    """Read the sheets that are exports, each as texts.

    Raises FileRefused where one of them is not a table of its export, or none is.
    """
    facts = facts_of(path)
    file = RawFile(path, [])
    try:
        reader = fastexcel.read_excel(path)
        names = reader.sheet_names
    except Exception:  # whatever calamine says, it may quote the file
        raise FileRefused("file_unreadable") from None
    exports = _exports_of(path, names)
    for name in names:
        export = exports.get(name)
        if export == AUXILIARY:
            continue
        if facts.get(name, SheetFacts()).is_hidden:
            raise FileRefused("sheet_hidden", name)
        cells = _cells(reader, name)
        if export is None:
            if cells.height:
                file.problems.append(Place("sheet_unknown", name))
            continue
        sheet = _sheet(name, export, cells, facts.get(name, SheetFacts()))
        if sheet is None:
            file.problems.append(Place("sheet_empty", name))
        else:
            file.sheets.append(sheet)
    if not file.sheets:
        raise FileRefused("file_empty" if exports else "export_unknown")
    found = [sheet.export for sheet in file.sheets]
    for sheet in file.sheets:
        if found.count(sheet.export) > 1:
            raise FileRefused("export_twice", sheet.name)
    return file


def _exports_of(path: Path, names: list[str]) -> dict[str, str]:
    """Export by name of sheet; a single sheet may be named by the file instead."""
    named = {name: export for name in names if (export := export_named_by(name)) is not None}
    rest = [name for name in names if named.get(name) != AUXILIARY]
    by_file = export_named_by(path.stem)
    if len(rest) == 1 and rest[0] not in named and by_file in EXPORTS:
        named[rest[0]] = by_file
    return named if any(export != AUXILIARY for export in named.values()) else {}


def _cells(reader: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    """All cells as texts, from the first line of the sheet on; columns named by position."""
    try:
        sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        frame = sheet.to_polars()
    except Exception:  # whatever calamine says, it may quote the file
        raise FileRefused("file_unreadable", name) from None
    frame.columns = [str(position) for position in range(frame.width)]
    return frame.with_columns(pl.all().cast(pl.String).fill_null(""))


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
        broken = texts_here.str.contains("[ÂÃâï\ufffd]")
        if broken.any() and any(map(line_of_mojibake, texts_here.filter(broken))):
            raise FileRefused("encoding_mojibake", name)
    sheet = RawSheet(name, export, header, rows.drop("line").slice(1), lines, from_workbook=True)
    blanks = sorted(set(range(1, lines[-1])) - {header_line, *lines})
    sheet.blank = len(blanks)
    sheet.problems += [Place("blank_line", name, line) for line in blanks]
    for check_id, places in (
        ("formula_without_value", facts.without_value),
        ("error_value", facts.errors),
    ):
        # Counted as calamine counts, which leaves out the empty columns at the left.
        sheet.problems += [
            Place(check_id, name, row + 1, f"#{column - (facts.first_column or 0)}")
            for row, column in places
        ]
    return sheet
