"""Reads a CSV file: which encoding, which separator, which lines."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl

from cvg_warehouse.contracts.dialogue import is_form_header
from cvg_warehouse.contracts.exports import EXPORTS, Contract, contract_of
from cvg_warehouse.ingest.archive import refuse_workbook
from cvg_warehouse.ingest.encoding import decoded, line_of_mojibake
from cvg_warehouse.ingest.identifiers import hold_identifiers
from cvg_warehouse.ingest.layout import columns_of, export_named_by, matches, refuse_header
from cvg_warehouse.ingest.sheets import FileRefused, Place, RawFile, RawForm, RawSheet

SEPARATOR = ";"
OTHER_SEPARATORS = (",", "\t")
ROWS_AT_ONCE = 20_000
FORM_HEAD = 16_000
"""Bytes in which the header of a form stands."""
HEADER_LINES = 25
LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
LONGEST = 32_767
"""Characters that a cell of a spreadsheet holds."""
# A longer value is no reason to stop reading: its row alone is held.
csv.field_size_limit(2**31 - 1)


def read_csv(path: Path) -> RawFile:
    """Read a CSV file as one sheet of texts.

    Raises FileRefused where it is not one table of the export in its name.
    """
    refuse_workbook(path)
    if _is_form(path):
        return _read_form(path)
    export = export_named_by(path.stem)
    if export not in EXPORTS:
        raise FileRefused("export_unknown")
    problems: list[Place] = []
    text = decoded(path.read_bytes(), problems)
    if not text.strip(" \t\r\n;,\ufeff"):
        raise FileRefused("file_empty")
    if line := line_of_mojibake(text):
        raise FileRefused("encoding_mojibake", line=line)
    contract = contract_of(export)
    separator, first_line = _separator(text, contract, problems)
    sheet = _read_lines(text, separator, first_line, contract)
    del text  # as large as the file
    sheet.problems += problems
    file = RawFile(path, [sheet])
    hold_identifiers(file)
    return file


def _is_form(path: Path) -> bool:
    """Whether the header of a worksite's form stands among the first lines."""
    with path.open("rb") as stream:
        head = stream.read(FORM_HEAD)
    try:
        text = decoded(head[: head.rfind(b"\n") + 1], [])
    except FileRefused:
        return False
    return any(is_form_header(_fields(line, SEPARATOR)) for line in text.splitlines())


def _read_form(path: Path) -> RawFile:
    problems: list[Place] = []
    text = decoded(path.read_bytes(), problems)
    if line := line_of_mojibake(text):
        raise FileRefused("encoding_mojibake", line=line)
    reader = csv.reader(_lines(text, 1), delimiter=SEPARATOR, strict=True)
    rows, start = [], 1
    try:
        for cells in reader:
            rows.append((start, cells))
            start = reader.line_num + 1
    except csv.Error:
        raise FileRefused("quote_unclosed", line=start) from None
    return RawFile(path, [], problems, RawForm("", rows))


def _separator(text: str, contract: Contract, problems: list[Place]) -> tuple[str, int]:
    """The separator, and the line of the header: after `sep=;` and blank lines."""
    first, declared = 1, None
    lines = io.StringIO(text[:1_000_000], newline=None)
    for line in lines:
        bare = line.strip().strip(";,")
        if line.strip().lower() in ("sep=;", "sep=,", "sep=") and first == 1:
            declared = "\t" if line.strip("\r\n ").endswith("\t") else line.strip()[-1]
        elif bare.strip():
            break
        first += 1
    header = line
    if declared in (SEPARATOR, *OTHER_SEPARATORS):
        return declared, first
    named = {
        separator: len(columns_of(_fields(header, separator), contract))
        for separator in (SEPARATOR, *OTHER_SEPARATORS)
    }
    proven = [s for s in OTHER_SEPARATORS if matches(_fields(header, s), contract)]
    if not matches(_fields(header, SEPARATOR), contract) and len(proven) == 1:
        problems.append(Place("delimiter_other"))
        return proven[0], first
    if SEPARATOR not in header and any(separator in header for separator in OTHER_SEPARATORS):
        rest = [next_line for _, next_line in zip(range(HEADER_LINES), lines, strict=False)]
        if not any(
            matches(_fields(next_line, s), contract)
            for next_line in rest
            for s in (SEPARATOR, *OTHER_SEPARATORS)
        ):
            raise FileRefused("delimiter_unproven", line=first)
        raise FileRefused("header_titles", line=first)
    if named[SEPARATOR] < max(named.values()):
        raise FileRefused("delimiter_unproven", line=first)
    return SEPARATOR, first


def _fields(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=separator, strict=True), [])
    except csv.Error:
        return line.rstrip("\r\n").split(separator)


def _read_lines(text: str, separator: str, first: int, contract: Contract) -> RawSheet:
    sheet = RawSheet("", contract.export, [], pl.DataFrame(), [], blank=0)
    is_ended = text.endswith(("\n", "\r"))
    reader = csv.reader(_lines(text, first), delimiter=separator, strict=True)
    rows, frames, blanks, broken, surplus = [], [], [], [], []
    start, width, last_width = first, 0, 0
    peeked: list[list[str]] = []
    try:
        for row in reader:
            end = first + reader.line_num - 1
            if not sheet.header:
                sheet.header = [name.strip() for name in row]
                width = len(row)
            elif not any(value.strip() for value in row):
                blanks.append(start)
            else:
                last_width = len(row)
                if len(peeked) < HEADER_LINES:
                    peeked.append(row)
                if last_width > width and not any(value.strip() for value in row[width:]):
                    surplus.append(start)
                    row = row[:width]
                if len(row) != width:
                    check_id = "ragged_line" if last_width > width else "ragged_short"
                    sheet.unreadable.append(Place(check_id, line=start))
                else:
                    if end > start:
                        broken.append(start)
                    rows.append(row)
                    sheet.lines.append(start)
                    if len(rows) == ROWS_AT_ONCE:
                        frames.append(as_frame(rows, width))
                        rows = []
            start = end + 1
    except csv.Error:
        raise FileRefused("quote_unclosed", line=start) from None
    refuse_header(sheet.header, peeked, contract, "", first)
    if not peeked:
        raise FileRefused("file_empty")
    if not is_ended:
        if last_width < width and not _is_blank_last(blanks, start):
            raise FileRefused("file_truncated", line=start - 1)
        sheet.problems.append(Place("file_unended", line=start - 1))
    frames.append(as_frame(rows, width))
    sheet.cells = pl.concat(frames)
    sheet.blank = len(blanks)
    runs = [line for line, before in zip(blanks, [0, *blanks], strict=False) if line - before > 1]
    for check_id, lines in (
        ("blank_line", runs),
        ("newline_in_value", broken),
        ("fields_surplus", surplus),
    ):
        sheet.problems += [Place(check_id, line=line) for line in lines]
    _hold_long_values(sheet)
    return sheet


def _hold_long_values(sheet: RawSheet) -> None:
    """Take the rows with a value that no cell of a spreadsheet would hold out of the cells."""
    long = sheet.cells.select(pl.any_horizontal(pl.all().str.len_chars() > LONGEST)).to_series()
    if long.any():
        lines = pl.Series(sheet.lines)
        sheet.unreadable += [Place("value_too_long", line=line) for line in lines.filter(long)]
        sheet.cells, sheet.lines = sheet.cells.filter(~long), lines.filter(~long).to_list()


def _is_blank_last(blanks: list[int], end: int) -> bool:
    return bool(blanks) and blanks[-1] == end - 1


def _lines(text: str, first: int) -> Iterator[str]:
    """The lines from a number on, with their ends: of Windows, of Unix, and of old Macs."""
    return islice((found[0] for found in LINE.finditer(text)), first - 1, None)


def as_frame(rows: list[list[str]], width: int) -> pl.DataFrame:
    """Rows of equal width as text columns named by their position."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in range(width))
    return pl.DataFrame(
        {str(i): pl.Series(values, dtype=pl.String) for i, values in enumerate(columns)}
    )
