"""Can the exports be loaded at all? Asked before a build touches anything.

Only what stops a load is looked at here: the file, its text, its header, its lines. Values are the
business of staging and its tests. No message ever shows a value.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import duckdb

from cvg_warehouse.building.check_parquet import check_rows, header_of
from cvg_warehouse.building.exports_format import VARIABLE, ExportsFormat
from cvg_warehouse.contracts.dialogue import FORM, form_columns
from cvg_warehouse.contracts.exports import consolidated_columns
from cvg_warehouse.export_files import files_in, formats_in
from cvg_warehouse.file_formats import Format
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.terminal import Refusal, shown

REFERENCE = ("seeds/reference", "seeds/published")
LISTED = 5
HEADER_BYTES = 1_000_000
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}

NOT_UTF8 = "not UTF-8 text; save the file as CSV UTF-8"
BAD_QUOTE = 'a quote (") is not closed or stands inside a value; double it ("") there'
TOO_SHORT = "fewer fields than the header; put values with commas in quotes"
TOO_LONG = "more fields than the header; put values with commas in quotes"
OTHER_END = "ends with CRLF where line 1 ends with LF, or the other way round; save the file again"
UNREADABLE = "cannot be read as comma-separated text; save it again, as CSV UTF-8"


def check_exports(folder: Path, form: ExportsFormat = ExportsFormat.SEEDS) -> list[str]:
    """Refuse exports that cannot be loaded; return a warning for what may be meant otherwise.

    `form` is how the build will read them. The lists of the project itself, which people edit, are
    held to readable lines too.
    """
    if not folder.is_dir():
        raise Refusal(f"{shown(folder)}: no such folder; name the exports' folder in CVG_EXPORTS")
    _refuse_other_formats(folder, form)
    problems: list[str] = []
    warnings: list[str] = []
    exports = {file: export for export, file in files_in(folder, form.of_files).items()}
    if (forms := folder / f"{FORM}.csv").exists():
        exports[forms] = FORM
    lists = [seed for place in REFERENCE for seed in sorted((PROJECT / place).glob("*.csv"))]
    with duckdb.connect() as reader:
        for file in [*lists, *exports]:
            try:
                if file in exports:
                    warnings += _check_columns(exports[file], file, reader)
                if file.suffix == f".{Format.PARQUET}":
                    check_rows(file, reader)
                else:
                    _check_lines(file, reader)
            except Refusal as refusal:
                problems += refusal.lines
    if problems:
        raise Refusal(*problems)
    return warnings


def _refuse_other_formats(folder: Path, form: ExportsFormat) -> None:
    found = formats_in(folder)
    if len(found) > 1:
        one, other = (
            next(file.name for file in files_in(folder, f).values() if file.exists()) for f in found
        )
        raise Refusal(f"{shown(folder)}: holds {one} and {other}; keep the exports of one format")
    if found and found != [form.of_files]:
        fitting = [one for one in ExportsFormat if one.of_files in found]
        raise Refusal(
            f"{shown(folder)}: its exports are {found[0]}; set {VARIABLE}={' or '.join(fitting)}"
        )


def _check_columns(export: str, file: Path, reader: duckdb.DuckDBPyConnection) -> list[str]:
    """Refuse a file without the columns needed; return warnings on columns nobody will miss."""
    columns = form_columns() if export == FORM else consolidated_columns(export)
    if file.suffix == f".{Format.PARQUET}":
        _start_of(file)
        header = header_of(file, [column.name for column in columns], reader)
    else:
        header = _header(file)
    where = shown(file)
    problems = [
        f"{where}: the column {name} stands {times} times in the header; keep one"
        for name, times in Counter(map(str.lower, header)).items()
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


def _start_of(file: Path) -> bytes:
    where = shown(file)
    try:
        with file.open("rb") as stream:
            start = stream.read(HEADER_BYTES)
    except FileNotFoundError:
        raise Refusal(
            f"{where}: the file is missing; deliver it, with its header alone where it has no rows"
        ) from None
    except OSError as error:
        raise Refusal(f"{where}: cannot be opened ({error.strerror}); correct its rights") from None
    if not start.strip():
        raise Refusal(f"{where}: the file is empty; an export without rows has its header still")
    return start


def _header(file: Path) -> list[str]:
    where, start = shown(file), _start_of(file)
    if b"\0" in start:
        raise Refusal(f"{where}: not a text file; save the export as CSV UTF-8")
    line, _, _ = start.partition(b"\n")
    try:
        return next(csv.reader([line.decode("utf-8-sig").rstrip("\r")], strict=True))
    except UnicodeDecodeError:
        raise Refusal(f"{where}: line 1: {NOT_UTF8}") from None
    except (csv.Error, StopIteration):
        raise Refusal(f"{where}: line 1: the header cannot be read; correct its quotes") from None


def _check_lines(file: Path, reader: duckdb.DuckDBPyConnection) -> None:
    """Refuse a file with lines that DuckDB, which loads it, cannot read."""
    names = [f"c{number}" for number, _ in enumerate(_header(file))]
    # Every column is counted because DuckDB leaves columns that nobody asks for undecoded.
    try:
        reader.read_csv(
            str(file),
            header=True,
            delimiter=",",
            quotechar='"',
            escapechar='"',
            columns=dict.fromkeys(names, "varchar"),
            auto_detect=False,
        ).aggregate("count(columns(*))").fetchall()
    except duckdb.Error:
        raise Refusal(*_line_problems(file, len(names))) from None
    # Behind an empty last column it takes either end.
    if any(_other_ends(file)):
        raise Refusal(*_line_problems(file, len(names)))


def _line_problems(file: Path, width: int) -> list[str]:
    """What is wrong with the first bad lines of a file.

    DuckDB can list them too, but keeps every bad line in memory and shows their text.
    """
    bad_lines: dict[str, list[int]] = defaultdict(list)
    with file.open("rb") as stream:
        reader = csv.reader(_decoded(stream, bad_lines[NOT_UTF8]), strict=True)
        start = 1
        try:
            for row in reader:
                if row and len(row) != width and start not in bad_lines[NOT_UTF8]:
                    bad_lines[TOO_SHORT if len(row) < width else TOO_LONG].append(start)
                if sum(map(len, bad_lines.values())) >= LISTED:
                    break
                start = reader.line_num + 1
        except csv.Error:
            bad_lines[BAD_QUOTE].append(start)
    if not any(bad_lines.values()):
        bad_lines[OTHER_END] = list(islice(_other_ends(file), LISTED))
    more = " and maybe more" if sum(map(len, bad_lines.values())) >= LISTED else ""
    problems = [
        f"{shown(file)}: line {_listed(lines)}{more}: {problem}"
        for problem, lines in bad_lines.items()
        if lines
    ]
    return problems or [f"{shown(file)}: {UNREADABLE}"]


def _other_ends(file: Path) -> Iterator[int]:
    """Lines that end otherwise than line 1 does; line ends within quotes are text."""
    with file.open("rb") as stream:
        first, is_quoted = None, False
        for number, line in enumerate(stream, start=1):
            is_quoted ^= line.count(b'"') % 2 == 1
            end = line.endswith(b"\r\n")
            first = end if first is None else first
            if not is_quoted and end != first and line.endswith(b"\n"):
                yield number


def _decoded(lines: Iterable[bytes], not_utf8: list[int]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            not_utf8.append(number)
            yield line.decode("utf-8", errors="replace")


def _listed(items: list[int] | list[str]) -> str:
    """`3, 7, 9 and 12 more`."""
    named = ", ".join(str(item) for item in items[:LISTED])
    return f"{named} and {len(items) - LISTED} more" if len(items) > LISTED else named
