"""One run of the ingest: from a folder of deliveries to the consolidated exports."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

from cvg_warehouse.contracts.dialogue import FORM
from cvg_warehouse.contracts.exports import EXPORTS, contract_hash
from cvg_warehouse.contracts.seeds import territory_of_worksite
from cvg_warehouse.file_formats import Format
from cvg_warehouse.ingest.combining import Combined, combine
from cvg_warehouse.ingest.findings import FileResult, Finding, IngestResult, Outcome, SheetResult
from cvg_warehouse.ingest.folder import Delivered, Folder, read_folder
from cvg_warehouse.ingest.forms import Form, latest
from cvg_warehouse.ingest.identities import FILE, ROW, SHEET, Sent
from cvg_warehouse.ingest.people import KnownNames
from cvg_warehouse.ingest.private_names import private_names
from cvg_warehouse.ingest.pseudonyms import delivery_id, key_version
from cvg_warehouse.ingest.quarantine import Quarantine
from cvg_warehouse.ingest.reading import LINE, FileReading, SheetReading
from cvg_warehouse.ingest.senders import sender_in, worksite_in
from cvg_warehouse.ingest.sheets import Place
from cvg_warehouse.ingest.store import Store, open_store
from cvg_warehouse.ingest.workers import read_all


def run(
    deliveries: Path,
    out: Path,
    key: bytes,
    jobs: int = 1,
    dry_run: bool = False,
    quarantine: Path | None = None,
    form: Format | None = None,
    count: Callable[[int], None] = lambda total: None,
    advance: Callable[[], None] = lambda: None,
) -> IngestResult:
    """Take in all files of a folder tree and return what was found, without values.

    `dry_run` writes nothing. `quarantine` is `out`'s neighbour of that name unless it is given;
    `form` is the format of the exports, else they keep theirs.
    `count` is called with the number of files, `advance` after each.

    Raises Refusal, with nothing written, where there is no file, nothing can be written, or
    another ingest into one of the folders is under way.
    """
    folder = read_folder(deliveries, out, quarantine or out.parent / "quarantine", date.today())
    with open_store(out, quarantine, key_version(key), not dry_run, form=form) as store:
        before = store.before(key)
        count(len(folder.files))
        readings, repeats = read_all(folder.files, key, jobs, advance)
        readings += _passed_over(folder)
        for reading in readings:
            reading.warnings += folder.warnings.get(reading.path, [])
        _refuse_withdrawn(readings, store.withdrawn_files)
        known = KnownNames(key, before.names.union(*(reading.names for reading in readings)))
        names = private_names(readings, repeats, known, key)
        files = {names.path(file.path): file for file in folder.files}
        sent = store.sent_before() | _sent(readings, files, store, key)
        combined = combine(readings, sent, before, key)
        results = [_result(reading, combined) for reading in readings]
        results += [_repeated(path, original, results) for path, original in repeats.items()]
        for told in results:
            if file := files.get(told.path):
                told.delivered_on, told.dated_by = file.delivered_on, file.dated_by
                told.is_again = store.first_run(told.sha256) > 0
        _tell_of_earlier(results, store)
        results.sort(key=lambda result: result.path)
        _assert_balance(results, combined)
        result = IngestResult(
            files=results,
            rows=_rows(combined),
            absent=combined.absent,
            missing=combined.missing,
            corrections=[found for found in combined.corrections if found.is_new],
            notices=_of_earlier_runs(combined.notices, results),
            duplicates=store.review(combined),
            key_version=key_version(key),
            contract_hash=contract_hash(),
            out=store.out,
            quarantine=store.quarantine,
            form=store.form,
            ignored=folder.ignored,
        )
        if not dry_run:
            manifest = store.next_manifest(result, readings, sent)
            kept = Quarantine(store.quarantine, sent, key, combined.names)
            store.write(combined, manifest, kept, readings, names.real)
            result.settled_in_quarantine = kept.settled
    return result


def _passed_over(folder: Folder) -> list[FileReading]:
    """What is not read, as readings that hold nothing but the reason."""
    return [FileReading(path, "", refused=places) for path, places in folder.passed_over.items()]


def _refuse_withdrawn(readings: list[FileReading], withdrawn: frozenset[str]) -> None:
    for reading in readings:
        if reading.sha256 in withdrawn:
            reading.sheets, reading.form, reading.warnings = [], None, []
            reading.refused = [Place("delivery_withdrawn")]


def _sent(
    readings: list[FileReading], files: dict[str, Delivered], store: Store, key: bytes
) -> dict[str, Sent]:
    """What is known of the deliveries of this run; their ids are noted in the readings."""
    by_folder: dict[str, set[str]] = defaultdict(set)
    for reading in readings:
        by_folder[_folder(reading.path)] |= _worksites_of(reading)
    sent = {}
    for reading in readings:
        reading.delivery = delivery_id(key, reading.path, reading.sha256)
        named = worksite_in(reading.path)
        candidates = [_worksites_of(reading)]
        # What lies beside the file of a team says nothing of the numbers in it.
        candidates += [] if sender_in(reading.path) else [by_folder[_folder(reading.path)]]
        alone = [next(iter(found)) for found in candidates if len(found) == 1]
        delivered_on = files[reading.path].delivered_on if reading.path in files else ""
        sent[reading.delivery] = Sent(
            reading.delivery,
            store.order(reading.path, reading.sha256, delivered_on),
            named,
            named or next(iter(alone), ""),
        )
    return sent


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _rows(combined: Combined) -> dict[str, int]:
    """Rows of each consolidated export, and of the forms where there are any."""
    rows = {name: combined.exports[name].all_rows.height for name in EXPORTS}
    return rows | ({FORM: latest(combined.forms).height} if combined.forms.height else {})


def _worksites_of(reading: FileReading) -> set[str]:
    """Known worksites whose people stand in a file."""
    return {
        code
        for sheet in reading.sheets
        if sheet.export in ("salaries", "sorties")
        for code in _codes(sheet)
    }


def _tell_of_earlier(results: list[FileResult], store: Store) -> None:
    """A file that was taken in before keeps its place in time: say so where that matters."""
    for result in results:
        is_overtaken = any(sheet.replaced for sheet in result.sheets)
        if is_overtaken and store.first_run(result.sha256):
            result.findings.append(Finding(result.path, "", 0, "", "delivered_before"))


def _of_earlier_runs(notices: list[Finding], results: list[FileResult]) -> list[Finding]:
    """The notices that are about no file of this run; the others become findings of their files."""
    by_path = {result.path: result for result in results}
    for found in notices:
        if found.file in by_path:
            by_path[found.file].findings.append(found)
    return [found for found in notices if found.file not in by_path]


def _result(reading: FileReading, combined: Combined) -> FileResult:
    result = FileResult(
        path=reading.path,
        sha256=reading.sha256,
        outcome=Outcome.REFUSED if reading.refused else Outcome.LOADED,
    )
    places = [(place, "") for place in (*reading.refused, *reading.warnings)]
    for sheet in reading.sheets:
        result.sheets.append(_balance(reading.path, sheet, combined))
        result.findings += _held(reading.path, sheet, combined)
        places += [(place, sheet.export) for place in sheet.unreadable]
    if reading.form:
        result.sheets.append(_balance_of_form(reading.form))
        places += [(place, "") for place in reading.form.held]
        if reading.form.staff:
            places.append((Place("form_staff_dropped", reading.form.sheet), ""))
    result.findings += [_finding(reading.path, place, export) for place, export in places]
    result.findings += [
        Finding(file, sheet, 0, "", "volume_drop", export=export)
        for file, export, sheet in combined.drops
        if file == reading.path
    ]
    result.findings.sort()
    return result


def _finding(path: str, place: Place, export: str) -> Finding:
    return Finding(
        path, place.sheet, place.line, place.column, place.check_id, "", export, place.other
    )


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
        replaced=sum(row in positions for row in export.settled.overtaken),
        blank=sheet.blank,
    )


def _balance_of_form(form: Form) -> SheetResult:
    return SheetResult(
        sheet=form.sheet,
        export=FORM,
        worksites=(form.worksite,),
        years=tuple(sorted({form.first_day.year, form.last_day.year})),
        lines=form.read,
        loaded=form.read - len(form.held),
        quarantined=len(form.held),
    )


def _codes(sheet: SheetReading) -> tuple[str, ...]:
    """Known codes of worksites; what is no code is a value, and not shown."""
    if "chantier" not in sheet.rows.columns:
        return ()
    return tuple(sorted(set(sheet.rows["chantier"]) & set(territory_of_worksite())))


def _held(path: str, sheet: SheetReading, combined: Combined) -> list[Finding]:
    export = combined.exports[sheet.export]
    doubtful = {row: [(column, "identifier_two_people", "")] for column, row in combined.doubtful}
    rows = _of_sheet(export.rows, path, sheet.name)
    codes = rows["chantier"] if "chantier" in rows.columns else [""] * rows.height
    findings = []
    for row, line, code in zip(rows[ROW], rows[LINE], codes, strict=True):
        found = list(export.held.get(row, ()))
        if sheet.export == "salaries":
            found += doubtful.get(row, [])
        worksite = code if code in territory_of_worksite() else ""
        findings += [
            Finding(path, sheet.name, line, column, check_id, worksite, sheet.export, other)
            for column, check_id, other in found
        ]
    return findings


def _repeated(path: str, original: str, results: list[FileResult]) -> FileResult:
    """The result of a file that repeats another one: the same counts, and nothing changed."""
    of = next(result for result in results if result.path == original)
    return FileResult(
        path=path,
        sha256=of.sha256,
        outcome=Outcome.REFUSED if of.outcome is Outcome.REFUSED else Outcome.REPEATED,
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
        if new + len(export.settled.overtaken) != good:
            raise AssertionError(f"{name}: rows are lost")
