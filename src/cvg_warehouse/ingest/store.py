"""What an ingest keeps: the consolidated exports with their manifest, and the quarantine.

The manifest says which files made the exports and in which order they were taken in. It holds no
value of a row. The quarantine is a folder that only its owner reads.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from cvg_warehouse.contracts.exports import EXPORTS, LINEAGE, consolidated_columns, contract_of
from cvg_warehouse.files import locked, unfinished_folder
from cvg_warehouse.formulas import disarmed
from cvg_warehouse.ingest.combining import FILE, ORDER, ROW, SHEET, Combined, Export
from cvg_warehouse.ingest.findings import IngestResult
from cvg_warehouse.ingest.layout import PSEUDONYMS
from cvg_warehouse.ingest.people import points_at_a_person
from cvg_warehouse.ingest.reading import LINE, FileReading
from cvg_warehouse.ingest.values import STORED_DATE, WITHHELD
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.terminal import Refusal, shown

MANIFEST, CORRECTIONS, REVIEW = "manifest.json", "corrections.json", "people_to_review.json"
REPLACED = "replaced"
UNTRACKED = PROJECT / "target"
ROWS_AT_ONCE = 50_000
NO_ORDER = "0000-00-00 000000"
ABOUT = ("raison", *LINEAGE, "version_cle")


@contextmanager
def open_store(out: Path, quarantine: Path | None, version: str, writes: bool) -> Iterator["Store"]:
    """What earlier runs left, for this run alone until the end where it `writes`.

    The quarantine is `out`'s neighbour of that name unless it is given; `version` is that of the
    key. Raises Refusal where this run may not follow the earlier ones, or another one is under way.
    """
    out = out.resolve()
    quarantine = (quarantine or out.parent / "quarantine").resolve()
    _refuse_places(out, quarantine)
    with ExitStack() as locks:
        for folder, option in ((out, "--out"), (quarantine, "--quarantine")) if writes else ():
            lock = folder.with_name(f".{folder.name}.lock")
            busy = f"{shown(folder)}: another ingest is writing to it; wait for its end"
            elsewhere = f"name another folder with {option}"
            locks.enter_context(locked(lock, busy, elsewhere, mode=0o600))
        yield Store(out, quarantine, _previous_manifest(out, version))


def _refuse_places(out: Path, quarantine: Path) -> None:
    if out.exists() and not out.is_dir():
        raise Refusal(f"--out {shown(out)}: a file has this name; name a folder")
    if quarantine.is_relative_to(out) or out.is_relative_to(quarantine):
        raise Refusal(f"--quarantine {shown(quarantine)}: name a folder apart from --out")
    if quarantine.is_relative_to(PROJECT) and not quarantine.is_relative_to(UNTRACKED):
        raise Refusal(
            f"--quarantine {shown(quarantine)}: lies inside the project; name one outside it"
        )


def _previous_manifest(out: Path, version: str) -> dict[str, Any]:
    manifest = _read_json(out / MANIFEST) or {}
    if manifest and manifest.get("key_version") != version:
        raise Refusal(
            f"{shown(out / MANIFEST)}: made with another key (version "
            f"{manifest.get('key_version')}, now {version}); use that key, or a new --out and "
            "deliver everything again"
        )
    if not manifest and any((out / f"{name}.csv").exists() for name in EXPORTS):
        raise Refusal(f"--out {shown(out)}: holds exports that no ingest made; name another folder")
    return manifest


@dataclass
class Store:
    """The folder of the exports and the quarantine beside it."""

    out: Path
    quarantine: Path
    manifest: dict[str, Any]
    """The manifest of the previous run, or {}."""

    def orders(self, files: dict[str, tuple[str, str]]) -> dict[str, str]:
        """The order of each file's delivery, by path: its declared date, then the run that took it.

        `files` has hash and date by path. A file that was taken in before keeps its place.
        """
        taken = {(file["path"], file["sha256"]): file["run"] for file in self._files()}
        by_hash = {file["sha256"]: file["run"] for file in self._files()}
        now = max(by_hash.values(), default=0) + 1
        return {
            path: _order(on, taken.get((path, sha256), by_hash.get(sha256, now)))
            for path, (sha256, on) in files.items()
        }

    def previous(self) -> dict[str, pl.DataFrame]:
        """The consolidated rows of the runs before, with the order of their delivery."""
        orders: dict[str, str] = {}
        for file in self._files():
            orders[file["path"]] = max(
                _order(file["delivered_on"], file["run"]), orders.get(file["path"], NO_ORDER)
            )
        found = {}
        for name in EXPORTS:
            columns = [column.name for column in consolidated_columns(name)]
            exported = self.out / f"{name}.csv"
            if self.manifest and exported.exists():
                rows = pl.read_csv(exported, infer_schema=False, empty_string_is_null=False)
                rows = rows.select(columns)
            else:
                rows = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
            found[name] = rows.with_columns(
                pl.col("fichier_source").replace_strict(orders, default=NO_ORDER).alias(ORDER)
                if orders
                else pl.lit(NO_ORDER).alias(ORDER)
            )
        return found

    def write(
        self,
        result: IngestResult,
        combined: Combined,
        readings: list[FileReading],
        orders: dict[str, str],
    ) -> None:
        """Write everything beside its place first, then move it in, file by file."""
        names = set().union(*(reading.names for reading in readings))
        try:
            with (
                unfinished_folder(self.out) as new,
                unfinished_folder(self.quarantine, 0o700) as held,
            ):
                for name, export in combined.exports.items():
                    _write_export(new / f"{name}.csv", name, export)
                    self._write_quarantine(held, name, export, result, names)
                    self._write_replaced(held, name, export)
                _write_json(new / CORRECTIONS, self._corrections(result))
                _write_json(new / REVIEW, [asdict(found) for found in result.duplicates])
                self._write_unreadable(held, readings, result)
                _write_json(new / MANIFEST, self._manifest(result, orders, new))
                self.quarantine.mkdir(parents=True, exist_ok=True, mode=0o700)
                self.quarantine.chmod(0o700)
                self.out.mkdir(parents=True, exist_ok=True)
                _move_in(held, self.quarantine)
                _move_in(new, self.out)
        except OSError as error:
            raise Refusal(
                f"--out {shown(self.out)}: cannot be written ({error.strerror})"
            ) from None

    @property
    def hashes(self) -> set[str]:
        """SHA-256 of all files that earlier runs took in."""
        return {file["sha256"] for file in self._files()}

    def _files(self) -> list[dict]:
        return self.manifest.get("files", [])

    def _corrections(self, result: IngestResult) -> list[dict]:
        """Those of all runs, each once."""
        listed = _read_json(self.out / CORRECTIONS) or []
        listed += [json.loads(json.dumps(asdict(correction))) for correction in result.corrections]
        return list({json.dumps(found, sort_keys=True): found for found in listed}.values())

    def _manifest(self, result: IngestResult, orders: dict[str, str], new: Path) -> dict:
        files = {(file["path"], file["sha256"]): file for file in self._files()}
        for file in result.files:
            order = orders.get(file.path) or orders[file.repeats]
            files[file.path, file.sha256] = {
                "path": file.path,
                "sha256": file.sha256,
                "outcome": str(file.outcome),
                "delivered_on": file.delivered_on,
                "repeats": file.repeats,
                "run": int(order.split()[1]),
                "lines": file.lines,
                "loaded": file.loaded,
                "quarantined": file.quarantined,
                "warnings": file.warnings,
                "sheets": [asdict(sheet) for sheet in file.sheets],
                "findings": _counted(file.findings),
            }
        return {
            "key_version": result.key_version,
            "contract_hash": result.contract_hash,
            "files": [files[place] for place in sorted(files)],
            "absent_worksites": [asdict(absent) for absent in result.absent],
            "exports": {
                name: {"rows": result.rows[name], "sha256": _hash(new / f"{name}.csv")}
                for name in EXPORTS
            },
        }

    def _write_quarantine(
        self, folder: Path, name: str, export: Export, result: IngestResult, names: set[str]
    ) -> None:
        """Rows to be fixed: those of this run, and those of earlier ones that did not come again.

        Direct identifiers are dropped, `id_salarie` and `id_parcours` are pseudonyms, and what
        points at a person is taken out.
        """
        rows = _held_rows(name, export, result.key_version, names)
        earlier = self._earlier(name, rows.columns)
        again = set(export.rows.select(FILE, SHEET, pl.col(LINE).cast(pl.String)).rows())
        again |= set(export.rows.select(f"_{column}" for column in LINEAGE).rows())
        kept = earlier.filter(
            pl.Series(
                [place not in again for place in earlier.select(LINEAGE).rows()], dtype=pl.Boolean
            )
        )
        rows = pl.concat([kept, rows])
        if rows.height:
            _write_spreadsheet(folder / f"{name}.csv", rows)

    def _earlier(self, name: str, columns: list[str]) -> pl.DataFrame:
        file = self.quarantine / f"{name}.csv"
        if self.manifest and file.exists():
            rows = pl.read_csv(file, separator=";", infer_schema=False, empty_string_is_null=False)
            if rows.columns == columns:
                return rows
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))

    def _write_unreadable(
        self, folder: Path, readings: list[FileReading], result: IngestResult
    ) -> None:
        """Lines whose fields have no column: where they stand, and nothing of what they hold."""
        lines = [
            (place.check_id, reading.path, place.sheet, str(place.line), result.key_version)
            for reading in readings
            for sheet in reading.sheets
            for place in sheet.unreadable
        ]
        if lines:
            frame = pl.DataFrame(lines, schema=dict.fromkeys(ABOUT, pl.String), orient="row")
            _write_spreadsheet(folder / REPLACED / "unreadable_lines.csv", frame)

    def _write_replaced(self, folder: Path, name: str, export: Export) -> None:
        """The values that later deliveries replaced, of all runs."""
        rows = export.replaced
        file = self.quarantine / REPLACED / f"{name}.csv"
        columns = [column.name for column in consolidated_columns(name)]
        rows = rows.select(columns)
        if self.manifest and file.exists():
            earlier = pl.read_csv(file, infer_schema=False, empty_string_is_null=False)
            rows = pl.concat([earlier.select(columns), rows]).unique(maintain_order=True)
        if rows.height:
            file = folder / REPLACED / f"{name}.csv"
            file.parent.mkdir(exist_ok=True)
            rows.write_csv(file)


def _order(delivered_on: str, run: int) -> str:
    return f"{delivered_on or '0000-00-00'} {run:06d}"


def _held_rows(name: str, export: Export, version: str, names: set[str]) -> pl.DataFrame:
    contract = contract_of(name)
    held = {row: found for row, found in export.held.items() if found}
    rows = export.rows.filter(pl.col(ROW).is_in(list(held)))
    reasons = [
        " ".join(f"{column}:{check_id}".lstrip(":") for column, check_id in held[row])
        for row in rows[ROW]
    ]
    comes_back = rows["_fichier_source"] != ""
    places = zip(LINEAGE, (FILE, SHEET, LINE), strict=True)
    columns = [pl.Series("raison", reasons, dtype=pl.String)] + [
        pl.select(
            pl.when(comes_back)
            .then(rows[f"_{origin}"])
            .otherwise(rows[here].cast(pl.String))
            .alias(origin)
        ).to_series()
        for origin, here in places
    ]
    columns.append(pl.Series("version_cle", [version] * rows.height, dtype=pl.String))
    for field in contract.read:
        values = rows[field.name]
        if field.treatment == "pseudonym":
            columns.append(values.alias(PSEUDONYMS[field.name]))
            continue
        shown_values = pl.Series(
            field.name, [_shown(value, names) for value in values], dtype=pl.String
        )
        if field.treatment == "year":
            is_date = values.str.contains(STORED_DATE)
            year = pl.when(is_date).then(values.str.head(4)).otherwise(pl.lit(""))
            raw = pl.when(is_date).then(pl.lit("")).otherwise(shown_values)
            columns += [
                pl.select(year.alias(field.stored_as)).to_series(),
                pl.select(raw.alias(field.name)).to_series(),
            ]
        else:
            columns.append(shown_values)
    return pl.DataFrame(columns)


def _shown(value: str, names: set[str]) -> str:
    """A value that an analyst may see: nothing of a person, and no live formula."""
    if points_at_a_person(value, names):
        return WITHHELD
    return disarmed(value)


def _write_export(file: Path, name: str, export: Export) -> None:
    columns = [column.name for column in consolidated_columns(name)]
    names = dict.fromkeys(["annee", *LINEAGE, *contract_of(name).key])
    keys = export.all_rows.select(*names, _at=pl.int_range(pl.len())).with_columns(
        pl.col("ligne_source").cast(pl.Int64, strict=False)
    )
    order = keys.sort(pl.all(), nulls_last=True)["_at"]
    # Null, for Polars writes an empty text in quotes.
    known = pl.col(columns).replace("", None)
    with file.open("wb") as stream:
        for start in range(0, max(len(order), 1), ROWS_AT_ONCE):
            rows = export.all_rows[order.slice(start, ROWS_AT_ONCE)].select(known)
            rows.write_csv(stream, include_header=start == 0, line_terminator="\n")


def _write_spreadsheet(file: Path, rows: pl.DataFrame) -> None:
    """A file that a French spreadsheet opens."""
    file.parent.mkdir(exist_ok=True)
    rows.write_csv(file, separator=";", include_bom=True)


def _counted(findings: list) -> dict[str, int]:
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.check_id] = counts.get(finding.check_id, 0) + 1
    return dict(sorted(counts.items()))


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _read_json(file: Path) -> Any:  # noqa: ANN401
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise Refusal(f"{shown(file)}: cannot be read; restore it, or name a new --out") from None


def _write_json(file: Path, content: dict | list) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _move_in(unfinished: Path, folder: Path) -> None:
    """Replace the files of a folder, the manifest last; what no longer is there goes."""
    new = sorted(
        (file for file in unfinished.rglob("*") if file.is_file()),
        key=lambda file: (file.name == MANIFEST, file),
    )
    for file in new:
        place = folder / file.relative_to(unfinished)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        file.replace(place)
    for name in EXPORTS:
        file = folder / f"{name}.csv"
        if not any(moved.name == file.name and moved.parent == unfinished for moved in new):
            file.unlink(missing_ok=True)
