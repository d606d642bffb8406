"""Can the exports be loaded at all? Asked before a build touches anything.

Only what stops a load is looked at here: the file, its text, its header, its lines. Values are the
business of staging and its tests. No message ever shows a value.
"""

import csv
from collections import Counter
from itertools import chain
from pathlib import Path

import duckdb

from cvg_warehouse.contracts import EXPORTS, consolidated_columns
from cvg_warehouse.terminal import Refusal, shown

LINES_NAMED = 5
REJECTS_KEPT = 1000
HEADER_BYTES = 1_000_000
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}

READING_PROBLEMS = {
    "INVALID ENCODING": "not UTF-8 text; save the file as CSV UTF-8",
    "UNQUOTED VALUE": 'a quote (") is not closed or stands inside a value; double it ("") there',
    "MISSING COLUMNS": "fewer fields than the header; put values with commas in quotes",
    "TOO MANY COLUMNS": "more fields than the header; put values with commas in quotes",
}
OTHER_READING_PROBLEM = "cannot be read as comma-separated text; deliver the export again"


def check_exports(folder: Path) -> list[str]:
    """Refuse exports that cannot be loaded; return a warning for what may be meant otherwise."""
    if not folder.is_dir():
        raise Refusal(f"{shown(folder)}: no such folder; name the exports' folder in CVG_EXPORTS")
    problems, warnings = [], []
    for export in EXPORTS:
        file = folder / f"{export}.csv"
        try:
            warnings += _check_header(export, file)
            _check_lines(file)
        except Refusal as refusal:
            problems += refusal.lines
    if problems:
        raise Refusal(*problems)
    return warnings


def _check_header(export: str, file: Path) -> list[str]:
    """Refuse a file without a usable header; return warnings on columns nobody will miss."""
    header = _header(file)
    columns = consolidated_columns(export)
    where = shown(file)
    problems = [
        f"{where}: the column {name} stands {times} times in the header; keep one"
        for name, times in Counter(header).items()
        if times > 1
    ]
    missing = [c.name for c in columns if c.required and c.name not in header]
    if missing and len(header) == 1:
        for separator, name in OTHER_SEPARATORS.items():
            if separator in header[0]:
                raise Refusal(f"{where}: columns are separated by {name}; save it with commas")
    problems += [
        f"{where}: the required column {name} is missing; add it, or deliver the export again"
        for name in missing
    ]
    if problems:
        raise Refusal(*problems)

    known = {c.name for c in columns}
    unknown = [i for i, name in enumerate(header, start=1) if name not in known]
    optional = [c.name for c in columns if not c.required and c.name not in header]
    warnings = []
    if unknown:
        # By position, not by name: without a header the first row's values would stand here.
        warnings.append(
            f"warning: {where}: column {_listed(unknown)} of the header is in no contract; left out"
        )
    if optional:
        warnings.append(
            f"warning: {where}: without the optional column {_listed(optional)}; read as unknown"
        )
    return warnings


def _header(file: Path) -> list[str]:
    where = shown(file)
    try:
        with file.open("rb") as stream:
            start = stream.read(HEADER_BYTES)
    except FileNotFoundError:
        raise Refusal(
            f"{where}: the file is missing; deliver it, with its header alone where it has no rows"
        ) from None
    except OSError as error:
        raise Refusal(f"{where}: cannot be opened ({error.strerror}); mend its rights") from None
    if not start.strip():
        raise Refusal(f"{where}: the file is empty; an export without rows has its header still")
    if b"\0" in start:
        raise Refusal(f"{where}: not a text file; save the export as CSV UTF-8")
    line, _, _ = start.partition(b"\n")
    try:
        return next(csv.reader([line.decode("utf-8-sig").rstrip("\r")], strict=True))
    except UnicodeDecodeError:
        raise Refusal(f"{where}: line 1: {READING_PROBLEMS['INVALID ENCODING']}") from None
    except (csv.Error, StopIteration):
        raise Refusal(f"{where}: line 1: the header cannot be read; mend its quotes") from None


def _check_lines(file: Path) -> None:
    """Refuse a file with lines that DuckDB, which loads it, cannot read."""
    names = [f"c{i}" for i in range(len(_header(file)))]
    with duckdb.connect() as connection:
        # Every column is counted because DuckDB leaves columns that nobody asks for undecoded.
        try:
            connection.read_csv(
                str(file),
                header=True,
                delimiter=",",
                quotechar='"',
                escapechar='"',
                columns=dict.fromkeys(names, "varchar"),
                auto_detect=False,
                store_rejects=True,
                rejects_limit=REJECTS_KEPT,
            ).aggregate("count(columns(*))").fetchall()
        except duckdb.Error:
            raise Refusal(f"{shown(file)}: {OTHER_READING_PROBLEM}") from None
        rejects = connection.sql(
            "select error_type, list(distinct line order by line) from reject_errors group by all"
        ).fetchall()
    # One mishap often has several consequences on its line: the first reading problem names it.
    explained: set[int] = set()
    problems = []
    lines_of = dict(rejects)
    for kind in dict.fromkeys(chain(READING_PROBLEMS, lines_of)):
        lines = [line for line in lines_of.get(kind, []) if line not in explained]
        explained.update(lines)
        if lines:
            mend = READING_PROBLEMS.get(kind, OTHER_READING_PROBLEM)
            problems.append(f"{shown(file)}: line {_listed(lines)}: {mend}")
    if problems:
        raise Refusal(*problems)


def _listed(items: list[int] | list[str]) -> str:
    """`3, 7, 9 and 12 more`."""
    named = ", ".join(str(item) for item in items[:LINES_NAMED])
    return f"{named} and {len(items) - LINES_NAMED} more" if len(items) > LINES_NAMED else named
