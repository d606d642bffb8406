"""What an ingest keeps: the consolidated exports, all that made them, and the quarantine beside.

The folder of the exports holds, besides the five exports, the manifest (which deliveries made them,
in which order; no value of a row), the history of each export (every row that was taken in), what
is known of people (as keyed hashes) and the links between them. All of it is its owner's alone.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from cvg_warehouse.contracts.dialogue import FORM, FORM_COLUMNS
from cvg_warehouse.contracts.exports import (
    EXPORTS,
    LINEAGE,
    consolidated_columns,
    contract_of,
)
from cvg_warehouse.export_files import files_in, format_of, formats_in, names_in_other_formats
from cvg_warehouse.file_formats import Format, turn_into_parquet
from cvg_warehouse.files import checksum_of, locked
from cvg_warehouse.ingest.combining import Before, Combined
from cvg_warehouse.ingest.findings import FileResult, IngestResult, LikelyDuplicate
from cvg_warehouse.ingest.forms import HISTORY, latest
from cvg_warehouse.ingest.identities import (
    DELIVERY,
    ORDER,
    PEOPLE,
    SENDER,
    SPACE,
    Sent,
    with_stored_identifiers,
)
from cvg_warehouse.ingest.landing import MANIFEST, complete, landing
from cvg_warehouse.ingest.links import (
    LINKS,
    Link,
    decided,
    described,
    linked,
    links_of,
    reviewed,
    written_links,
)
from cvg_warehouse.ingest.quarantine import Quarantine
from cvg_warehouse.ingest.reading import FileReading
from cvg_warehouse.ingest.senders import shared_spaces
from cvg_warehouse.ingest.settling import UNDATED, history_columns
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.terminal import Refusal, shown

CORRECTIONS, REVIEW, MISSING = "corrections.json", "people_to_review.json", "people_missing.json"
KNOWN = "people.parquet"
UNTRACKED = PROJECT / "target"
ROWS_AT_ONCE = 50_000
FORMAT = 2
"""Of the manifest: since 2 identifiers are those of a number space, and there is a history."""


def history_file(export: str) -> str:
    """Name of the file with the history of an export."""
    return f"history_{export}.parquet"


@contextmanager
def open_store(
    out: Path,
    quarantine: Path | None,
    version: str,
    writes: bool,
    migrates: bool = False,
    form: Format | None = None,
) -> Iterator["Store"]:
    """What earlier runs left, for this run alone until the end where it `writes`.

    The quarantine is `out`'s neighbour of that name unless it is given; `version` is that of the
    key; `form` is the format that the exports get, else they keep theirs. What a killed run had
    ready is moved in first. Raises Refusal where this run may not follow the earlier ones, where
    what they left does not match its manifest, or another one is under way.
    """
    out = out.resolve()
    quarantine = (quarantine or out.parent / "quarantine").resolve()
    _refuse_places(out, quarantine)
    with ExitStack() as locks:
        for folder, option in ((out, "--out"), (quarantine, "--quarantine")) if writes else ():
            locks.enter_context(lock_of(folder, f"name another folder with {option}"))
        if writes:
            complete(out)
        manifest = _previous_manifest(out, version)
        if manifest and manifest.get("format") != FORMAT and not migrates:
            raise Refusal(
                f"{shown(out)}: made when worksites shared their numbers; make a copy of it, then "
                f"migrate it: cvg migrate {shown(out)}"
            )
        yield Store(out, quarantine, manifest, links_of(out), form or format_of(out))


def lock_of(folder: Path, elsewhere: str) -> Any:  # noqa: ANN401
    """The lock that whoever writes to a folder of exports or a quarantine holds."""
    busy = f"{shown(folder)}: another ingest is writing to it; wait for its end"
    return locked(folder.with_name(f".{folder.name}.lock"), busy, elsewhere, mode=0o600)


def refuse_changed(folder: Path) -> None:
    """Refuse exports that are not what their manifest says, where there is one."""
    manifest = _read_json(folder / MANIFEST)
    files = files_in(folder, format_of(folder)) | {FORM: folder / f"{FORM}.csv"}
    for name, export in (manifest or {}).get("exports", {}).items():
        file = files[name]
        if not file.exists() or checksum_of(file) != export["sha256"]:
            raise Refusal(
                f"{shown(file)}: is not the file that {MANIFEST} beside it describes; ingest the "
                "deliveries again, or restore the whole folder from one backup"
            )


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
    if not manifest and formats_in(out):
        raise Refusal(f"--out {shown(out)}: holds exports that no ingest made; name another folder")
    return manifest


@dataclass
class Store:
    """The folder of the exports and the quarantine beside it."""

    out: Path
    quarantine: Path
    manifest: dict[str, Any]
    """The manifest of the previous run, or {}."""
    links: list[Link]
    """What analysts signed about people."""
    form: Format
    """Of the exports."""

    @property
    def files(self) -> list[dict[str, Any]]:
        """The deliveries of the manifest."""
        found: list[dict[str, Any]] = self.manifest.get("files", [])
        return found

    @property
    def withdrawals(self) -> list[dict[str, Any]]:
        """What was taken back, in order."""
        found: list[dict[str, Any]] = self.manifest.get("withdrawals", [])
        return found

    @property
    def withdrawn_files(self) -> frozenset[str]:
        """Hashes of the files that were taken back."""
        return frozenset(w["sha256"] for w in self.withdrawals if w["kind"] == "delivery")

    def first_run(self, sha256: str) -> int:
        """The run that first took in these bytes, or 0."""
        return min((file["run"] for file in self.files if file["sha256"] == sha256), default=0)

    def order(self, path: str, sha256: str, delivered_on: str) -> str:
        """The order of a delivery: its date, then the run that first took in the file."""
        taken = [f["run"] for f in self.files if (f["path"], f["sha256"]) == (path, sha256)]
        now = max((file["run"] for file in self.files), default=0) + 1
        return _order(delivered_on, taken[0] if taken else self.first_run(sha256) or now)

    def sent_before(self) -> dict[str, Sent]:
        """What is known of earlier deliveries, by their ids and by their paths."""
        sent: dict[str, Sent] = {}
        for file in sorted(self.files, key=lambda file: -file["run"]):
            one = Sent(
                file["delivery"],
                _order(file["delivered_on"], file["run"]),
                file["worksite"],
                file["numbers_of"],
            )
            # Of several files under one path the first one counts: a later one wins over it.
            sent |= {one.delivery: one, file["path"]: one}
        return sent

    def before(self, key: bytes) -> Before:
        """What earlier runs took in. Raises Refusal where it is not what the manifest says."""
        refuse_changed(self.out)
        people = self._parquet(KNOWN, dict.fromkeys(PEOPLE, pl.String))
        history = {}
        for name in EXPORTS:
            rows = self._parquet(
                history_file(name), dict.fromkeys(history_columns(name), pl.String)
            )
            if self.manifest.get("number_spaces", {}) != shared_spaces() and rows.height:
                rows = in_spaces_of_today(name, rows, key)
            history[name] = rows
        return Before(
            history=history,
            people=people,
            names=names_of(people),
            withdrawn=frozenset(self.manifest.get("withdrawn_people", [])),
            forms=self._parquet(history_file(FORM), dict.fromkeys(HISTORY, pl.String)),
        )

    def write(
        self,
        combined: Combined,
        manifest: dict[str, Any],
        kept: Quarantine,
        readings: Sequence[FileReading] = (),
        real_names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Write everything beside its place first, then move it in.

        `manifest` is the new one, `kept` writes the quarantine, and `real_names` are the names of
        files, folders and sheets that something else stands for.
        """
        version = manifest["key_version"]
        try:
            outdated = names_in_other_formats(self.form)
            with landing(self.out, self.quarantine, outdated) as (new, held):
                for name, export in combined.exports.items():
                    rows = linked(name, export.all_rows, self.links)
                    _write_export(new, name, rows, self.form)
                    in_order(export.settled.history).write_parquet(new / history_file(name))
                    kept.write(held, name, export, version)
                kept.write_unreadable(held, readings, version)
                kept.write_real_names(held, real_names)
                combined.forms.write_parquet(new / history_file(FORM))
                # Also where no form is left: the file of an earlier run would stay.
                if combined.forms.height or (self.out / f"{FORM}.csv").exists():
                    forms = latest(combined.forms).select(FORM_COLUMNS)
                    forms.select(pl.all().replace("", None)).write_csv(new / f"{FORM}.csv")
                combined.people.write_parquet(new / KNOWN)
                _write_json(
                    new / CORRECTIONS,
                    [_without(asdict(one), "is_new") for one in combined.corrections],
                )
                _write_json(new / REVIEW, [described(found) for found in self.review(combined)])
                missing = [asdict(found) for found in combined.missing]
                _write_json(new / MISSING, missing if readings else self._missing(combined))
                if self.links:
                    (new / LINKS).write_text(written_links(self.links), encoding="utf-8")
                _write_json(new / MANIFEST, manifest | self._fingerprints(combined, new))
        except OSError as error:
            raise Refusal(
                f"--out {shown(self.out)}: cannot be written ({error.strerror})"
            ) from None

    def review(self, combined: Combined) -> list[LikelyDuplicate]:
        """Who may be one person, or two, and on whom nothing is signed: of this run and before."""
        known = set(combined.people["id_salarie"])
        earlier = [
            one
            for one in self.open_review()
            if one.reason != "same_identity" and set(one.people) <= known
        ]
        found = sorted({*earlier, *combined.duplicates}, key=lambda one: (one.reason, one.people))
        return [one for one in found if not decided(one.people, self.links)]

    def _missing(self, combined: Combined) -> list[dict[str, Any]]:
        """Those that an earlier run missed and that are there still."""
        people = set(combined.exports["salaries"].all_rows["id_salarie"])
        return [one for one in _read_json(self.out / MISSING) or [] if one["person"] in people]

    def open_review(self) -> list[LikelyDuplicate]:
        """The review list as the last run left it."""
        return reviewed(_read_json(self.out / REVIEW) or [])

    def next_manifest(
        self, result: IngestResult, readings: list[FileReading], sent: dict[str, Sent]
    ) -> dict[str, Any]:
        """The manifest after a run, without the fingerprints of what is written."""
        files = {(file["path"], file["sha256"]): file for file in self.files}
        deliveries = {reading.path: reading.delivery for reading in readings}
        for file in result.files:
            one = sent[deliveries[file.repeats or file.path]]
            files[file.path, file.sha256] = _described(file, one)
        return self.manifest | {
            "format": FORMAT,
            "key_version": result.key_version,
            "contract_hash": result.contract_hash,
            "files": [files[place] for place in sorted(files)],
            "absent_worksites": [asdict(absent) for absent in result.absent],
        }

    def _fingerprints(self, combined: Combined, new: Path) -> dict[str, Any]:
        files = files_in(new, self.form)
        return {
            "number_spaces": shared_spaces(),
            "exports": {
                name: {
                    "rows": combined.exports[name].all_rows.height,
                    "sha256": checksum_of(files[name]),
                }
                for name in EXPORTS
            }
            | self._fingerprint_of_forms(combined, new / f"{FORM}.csv"),
            "kept": {
                file: checksum_of(new / file)
                for file in (KNOWN, *(history_file(n) for n in (*EXPORTS, FORM)))
            },
        }

    def _fingerprint_of_forms(self, combined: Combined, file: Path) -> dict[str, Any]:
        if not file.exists():
            return {}
        rows = latest(combined.forms).height
        return {FORM: {"rows": rows, "sha256": checksum_of(file)}}

    def _parquet(self, name: str, schema: dict[str, Any]) -> pl.DataFrame:
        described = self.manifest.get("kept", {}).get(name)
        if described is None:
            return pl.DataFrame(schema=schema)
        file = self.out / name
        if not file.exists() or checksum_of(file) != described:
            raise Refusal(
                f"{shown(file)}: is not the file that {MANIFEST} beside it describes; restore the "
                "whole folder from one backup, or name a new --out and deliver everything again"
            )
        return pl.read_parquet(file)


def names_of(people: pl.DataFrame) -> frozenset[str]:
    """Keyed hashes of all names that are known of people (see `identities.PEOPLE`)."""
    hashes = people["noms"].str.split(" ").explode().unique().drop_nulls()
    return frozenset(hashes) - {""}


def in_spaces_of_today(export: str, history: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """The history with identifiers of the number spaces that are declared now."""
    worksite = pl.col("chantier") if "chantier" in history.columns else pl.col(SENDER)
    named = pl.when(worksite != "").then(worksite).otherwise(SENDER)
    return with_stored_identifiers(
        export, history.with_columns(named.replace(shared_spaces()).alias(SPACE)), key
    )


def _described(file: FileResult, sent: Sent) -> dict[str, Any]:
    return {
        "path": file.path,
        "sha256": file.sha256,
        "delivery": sent.delivery,
        "worksite": sent.worksite,
        "numbers_of": sent.numbers_of,
        "outcome": str(file.outcome),
        "delivered_on": file.delivered_on,
        "repeats": file.repeats,
        "run": int(sent.order.split()[1]),
        "lines": file.lines,
        "loaded": file.loaded,
        "quarantined": file.quarantined,
        "warnings": file.warnings,
        "sheets": [asdict(sheet) for sheet in file.sheets],
        "findings": _counted(file.findings),
    }


def _order(delivered_on: str, run: int) -> str:
    return f"{delivered_on or UNDATED} {run:06d}"


def in_order(history: pl.DataFrame) -> pl.DataFrame:
    """The rows in the order of their places, so that the same rows are the same bytes."""
    line = pl.col("ligne_source").cast(pl.Int64, strict=False)
    places = history.select("fichier_source", "feuille_source", line, DELIVERY, ORDER)
    at = places.with_columns(pl.int_range(pl.len()).alias("_at")).sort(pl.all())["_at"]
    # A copy of all columns is left out where they are in order already.
    return history if (at == pl.int_range(len(at), eager=True)).all() else history[at]


def _write_export(folder: Path, name: str, rows: pl.DataFrame, form: Format) -> None:
    columns = [column.name for column in consolidated_columns(name)]
    names = dict.fromkeys(["annee", *LINEAGE, *contract_of(name).key])
    keys = rows.select(*names, _at=pl.int_range(pl.len())).with_columns(
        pl.col("ligne_source").cast(pl.Int64, strict=False)
    )
    order = keys.sort(pl.all(), nulls_last=True)["_at"]
    # Null, for Polars writes an empty text in quotes.
    known = pl.col(columns).replace("", None)
    file = files_in(folder, Format.CSV)[name]
    with file.open("wb") as stream:
        for start in range(0, max(len(order), 1), ROWS_AT_ONCE):
            piece = rows[order.slice(start, ROWS_AT_ONCE)].select(known)
            piece.write_csv(stream, include_header=start == 0, line_terminator="\n")
    if form is Format.PARQUET:
        turn_into_parquet(file)


def _without(described: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in described.items() if key != name}


def _counted(findings: list) -> dict[str, int]:
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.check_id] = counts.get(finding.check_id, 0) + 1
    return dict(sorted(counts.items()))


def _read_json(file: Path) -> Any:  # noqa: ANN401
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise Refusal(f"{shown(file)}: cannot be read; restore it, or name a new --out") from None


def _write_json(file: Path, content: dict | list) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
