"""One run of the ingest: from a folder of deliveries to the consolidated exports."""

import csv
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from cvg_warehouse.contracts.exports import EXPORTS, contract_hash
from cvg_warehouse.contracts.seeds import territory_of_worksite
from cvg_warehouse.ingest.combining import FILE, ROW, SHEET, Combined, combine
from cvg_warehouse.ingest.findings import FileResult, Finding, IngestResult, Outcome, SheetResult
from cvg_warehouse.ingest.pseudonyms import key_version
from cvg_warehouse.ingest.reading import LINE, FileReading, SheetReading, hash_of, read_file
from cvg_warehouse.ingest.sheets import Place
from cvg_warehouse.ingest.store import REPLACED, open_store
from cvg_warehouse.terminal import Refusal, shown

ANNOUNCEMENT = "livraison.csv"
DELIVERED_ON = re.compile(r"(\d{4}-\d{2}-\d{2})(?!\d)", re.ASCII)
FEW_FILES = 3


@dataclass(frozen=True)
class Delivered:
    """A file of the folder."""

    file: Path
    path: str
    """Below the folder, with slashes."""
    delivered_on: str
    """Date that its name or the nearest folder's begins with, ISO, or ''."""
    expected: dict[str, int]
    """Rows by sheet, where `livraison.csv` announces them."""


def run(
    deliveries: Path,
    out: Path,
    key: bytes,
    jobs: int = 1,
    dry_run: bool = False,
    quarantine: Path | None = None,
    count: Callable[[int], None] = lambda total: None,
    advance: Callable[[], None] = lambda: None,
) -> IngestResult:
    """Take in all files of a folder tree and return what was found, without values.

    `dry_run` writes nothing. `quarantine` is `out`'s neighbour of that name unless it is given.
    `count` is called with the number of files, `advance` after each.

    Raises Refusal, with nothing written, where no file can be read, nothing can be written, or
    another ingest into one of the folders is under way.
    """
    files = delivered_files(deliveries, quarantine or out.parent / "quarantine")
    with open_store(out, quarantine, key_version(key), writes=not dry_run) as store:
        count(len(files))
        readings, repeats = _read_all(files, key, jobs, advance)
        dates = {file.path: file.delivered_on for file in files}
        orders = store.orders({r.path: (r.sha256, dates[r.path]) for r in readings})
        combined = combine(readings, orders, store.previous())
        results = [_result(reading, combined, dates[reading.path]) for reading in readings]
        results += [
            _repeated(path, original, results, dates[path]) for path, original in repeats.items()
        ]
        results.sort(key=lambda result: result.path)
        _assert_balance(results, combined)
        result = IngestResult(
            files=results,
            rows={name: combined.exports[name].all_rows.height for name in EXPORTS},
            absent=combined.absent,
            corrections=combined.corrections,
            duplicates=combined.duplicates,
            key_version=key_version(key),
            contract_hash=contract_hash(),
            out=store.out,
            quarantine=store.quarantine,
        )
        if not dry_run:
            store.write(result, combined, readings, orders)
    return result


def delivered_files(folder: Path, quarantine: Path | None = None) -> list[Delivered]:
    """The files of a folder tree, in the order of their paths.

    Left out: the announcements themselves, and files that a spreadsheet or the system keeps for
    itself (names that begin with `.` or `~$`).
    """
    if not folder.is_dir():
        raise Refusal(f"{shown(folder)}: no such folder; name the folder of the deliveries")
    files = []
    replaced = quarantine / REPLACED if quarantine else None
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        if any(part.startswith((".", "~$")) for part in parts) or not file.is_file():
            continue
        if file.name.lower() == ANNOUNCEMENT or (replaced and file.is_relative_to(replaced)):
            continue
        files.append(Delivered(file, "/".join(parts), _delivered_on(parts), _announced(file)))
    if not files:
        raise Refusal(f"{shown(folder)}: no file to read; put the deliveries into it")
    return files


def _delivered_on(parts: tuple[str, ...]) -> str:
    """The date that the file's name begins with, or that of the nearest folder."""
    for part in reversed(parts):
        if found := DELIVERED_ON.match(part):
            try:
                return date.fromisoformat(found[1]).isoformat()
            except ValueError:
                continue
    return ""


def _announced(file: Path) -> dict[str, int]:
    """Rows by sheet that the folder's `livraison.csv` announces for a file."""
    for announcement in file.parent.iterdir():
        if announcement.name.lower() == ANNOUNCEMENT:
            break
    else:
        return {}
    try:
        text = announcement.read_text(encoding="utf-8-sig")
        return {
            (row.get("feuille") or "").strip(): int(row["lignes"])
            for row in csv.DictReader(text.splitlines(), delimiter=";")
            if row["fichier"].strip() == file.name
        }
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, ValueError, AttributeError):
        raise Refusal(
            f"{shown(announcement)}: not readable; its lines are fichier;feuille;lignes in UTF-8"
        ) from None


def _read_all(
    files: list[Delivered], key: bytes, jobs: int, advance: Callable[[], None]
) -> tuple[list[FileReading], dict[str, str]]:
    """Readings of the files, and by path the file that another one repeats byte for byte."""
    by_hash: dict[tuple[str, str], str] = {}
    originals, repeats = [], {}
    for file in files:
        # The same bytes under the name of another export are no repetition.
        bytes_and_kind = hash_of(file.file), file.file.suffix.lower()
        original = by_hash.setdefault(bytes_and_kind, file.path)
        if original == file.path:
            originals.append(file)
        else:
            repeats[file.path] = original
            advance()
    readings = []
    with _pool(min(jobs, len(originals))) as submit:
        futures = [
            submit(read_file, file.file, file.path, key, file.expected) for file in originals
        ]
        if len(originals) >= FEW_FILES:
            # Its import takes seconds; the other processes are reading meanwhile.
            import great_expectations.expectations  # noqa: F401
        for future in as_completed(futures):
            readings.append(future.result())
            advance()
    return sorted(readings, key=lambda reading: reading.path), repeats


@contextmanager
def _pool(jobs: int) -> Iterator[Callable[..., Future]]:
    """Something to submit calls to: other processes, or this one where one is enough."""
    if jobs < FEW_FILES - 1:
        yield _here
        return
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    executor = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
    try:
        yield executor.submit
    finally:
        executor.shutdown(cancel_futures=True)


def _here(function: Callable, *arguments: object) -> Future:
    done: Future = Future()
    done.set_result(function(*arguments))
    return done


def _result(reading: FileReading, combined: Combined, delivered_on: str) -> FileResult:
    result = FileResult(
        path=reading.path,
        sha256=reading.sha256,
        outcome=Outcome.REFUSED if reading.refused else Outcome.LOADED,
        delivered_on=delivered_on,
    )
    places = [(place, "") for place in (*reading.refused, *reading.warnings)]
    for sheet in reading.sheets:
        result.sheets.append(_balance(reading.path, sheet, combined))
        result.findings += _held(reading.path, sheet, combined)
        places += [(place, sheet.export) for place in sheet.unreadable]
    result.findings += [_finding(reading.path, place, export) for place, export in places]
    result.findings += [
        Finding(file, sheet, 0, "", "volume_drop", export=export)
        for file, export, sheet in combined.drops
        if file == reading.path
    ]
    result.findings.sort()
    return result


def _finding(path: str, place: Place, export: str) -> Finding:
    return Finding(path, place.sheet, place.line, place.column, place.check_id, export=export)


def _of_sheet(rows: pl.DataFrame, path: str, sheet: str) -> pl.DataFrame:
    return rows.filter((pl.col(FILE) == path) & (pl.col(SHEET) == sheet))


def _balance(path: str, sheet: SheetReading, combined: Combined) -> SheetResult:
    export = combined.exports[sheet.export]
    positions = set(_of_sheet(export.rows, path, sheet.name)[ROW])
    held = sum(bool(export.held.get(row)) for row in positions)
    years = sheet.rows["annee"].unique()
    return SheetResult(
        sheet=sheet.name,
        export=sheet.export,
        worksites=_codes(sheet),
        years=tuple(sorted(int(y) for y in years if y.isascii() and y.isdigit() and len(y) == 4)),
        lines=sheet.rows.height + len(sheet.unreadable),
        loaded=len(positions) - held,
        quarantined=held + len(sheet.unreadable),
        replaced=sum(row in positions for row in export.overtaken),
        blank=sheet.blank,
    )


def _codes(sheet: SheetReading) -> tuple[str, ...]:
    """Known codes of worksites; what is no code is a value, and not shown."""
    if "chantier" not in sheet.rows.columns:
        return ()
    return tuple(sorted(set(sheet.rows["chantier"]) & set(territory_of_worksite())))


def _held(path: str, sheet: SheetReading, combined: Combined) -> list[Finding]:
    export = combined.exports[sheet.export]
    doubtful = {row: [(column, "identifier_two_people")] for column, row in combined.doubtful}
    rows = _of_sheet(export.rows, path, sheet.name)
    codes = rows["chantier"] if "chantier" in rows.columns else [""] * rows.height
    findings = []
    for row, line, code in zip(rows[ROW], rows[LINE], codes, strict=True):
        found = list(export.held.get(row, ()))
        if sheet.export == "salaries":
            found += doubtful.get(row, [])
        worksite = code if code in territory_of_worksite() else ""
        findings += [
            Finding(path, sheet.name, line, column, check_id, worksite, sheet.export)
            for column, check_id in found
        ]
    return findings


def _repeated(path: str, original: str, results: list[FileResult], delivered_on: str) -> FileResult:
    """The result of a file that repeats another one: the same counts, and nothing changed."""
    of = next(result for result in results if result.path == original)
    return FileResult(
        path=path,
        sha256=of.sha256,
        outcome=Outcome.REFUSED if of.outcome is Outcome.REFUSED else Outcome.REPEATED,
        delivered_on=delivered_on,
        repeats=original,
        sheets=of.sheets,
        findings=[
            Finding(path, f.sheet, f.line, f.column, f.check_id, f.worksite, f.export)
            for f in of.findings
        ],
    )


def _assert_balance(results: list[FileResult], combined: Combined) -> None:
    """Nothing is lost: the run itself proves it, or writes nothing."""
    for result in results:
        for sheet in result.sheets:
            if sheet.lines != sheet.loaded + sheet.quarantined:
                raise AssertionError(f"{result.path}: lines are lost")
    for name, export in combined.exports.items():
        new = export.all_rows[ROW].drop_nulls().len()
        good = export.rows.height - sum(bool(found) for found in export.held.values())
        if new + len(export.overtaken) != good:
            raise AssertionError(f"{name}: rows are lost")
