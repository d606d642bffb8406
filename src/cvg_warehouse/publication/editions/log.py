"""The log: all that public editions ever printed or masked, and the people behind it.

`log/` lies beside the editions and outlives their files. Its chain is a file of JSON lines, each
with the SHA-256 of the line before and of the files that it names; the pointer notes the last line.
So what was cut, changed, lost or put back from an older copy is noticed.
"""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import polars as pl

from cvg_warehouse.files import (
    checksum_of,
    move_in,
    owner_only,
    remove_unfinished,
    sync,
    unfinished_file,
)
from cvg_warehouse.publication.editions.pointer import Pointer, pointer_file, understood
from cvg_warehouse.terminal import Refusal, shown

CHAIN, SALT, PREPARED = "chain.jsonl", "salt", "pointer.json"
OWN = ("number", "event", "at", "before")
"""What an entry is given by its place in the chain."""
MEND = 'put it back from a backup, or start it anew: cvg publish --new-log "REASON"'


@dataclass(frozen=True)
class Entry:
    """A line of the chain."""

    number: int = 0
    event: str = ""
    """begun, kept (an edition of before), published, or used (one that was gone back to)."""
    at: str = ""
    before: str = ""
    """SHA-256 of the line before."""
    edition: str | None = None
    is_synthetic: bool | None = None
    rounding: int | None = None
    editions: dict[str, str] = field(default_factory=dict)
    """SHA-256 of the edition's files by audience."""
    files: dict[str, str] = field(default_factory=dict)
    """SHA-256 of the log's own files by name."""
    held_back: list[int] = field(default_factory=list)
    reason: str | None = None

    @property
    def line(self) -> bytes:
        """The entry as it is written."""
        return json.dumps(asdict(self), ensure_ascii=False).encode() + b"\n"

    @property
    def cells_file(self) -> str:
        """Name of the file with the cells of its public edition."""
        return f"{self.edition}-cells.parquet"

    @property
    def people_file(self) -> str:
        """Name of the file with the fingerprints of the people in it."""
        return f"{self.edition}-people.parquet"

    @property
    def left_out_file(self) -> str:
        """Name of the file with the rows that its public edition is without."""
        return f"{self.edition}-left-out.parquet"

    @property
    def without_people(self) -> "Entry":
        """The entry without those fingerprints."""
        files = {name: one for name, one in self.files.items() if name != self.people_file}
        return replace(self, files=files)


@dataclass(frozen=True)
class Log:
    """The log beside the editions in a folder; nobody but its owner may read it."""

    editions: Path
    entries: tuple[Entry, ...] = ()

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.editions / "log"

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """SHA-256 of each line."""
        return tuple(hashlib.sha256(entry.line).hexdigest() for entry in self.entries)

    @property
    def current(self) -> str | None:
        """The edition that readers have according to the log."""
        current = [one.edition for one in self.entries if one.event in ("published", "used")]
        return current[-1] if current else None

    @property
    def published(self) -> list[Entry]:
        """The entries that hold an edition, the oldest first."""
        return [entry for entry in self.entries if entry.cells_file in entry.files]

    def of(self, edition: str) -> Entry:
        """The entry that holds an edition."""
        return next(entry for entry in self.published if entry.edition == edition)

    @property
    def salt(self) -> str:
        """What the fingerprints are made with."""
        return (self.folder / SALT).read_text(encoding="ascii")

    def printed(self, is_synthetic: bool) -> pl.DataFrame | None:
        """What was ever printed or masked of such people: a row per cell and distinct showing."""
        of_them = [one for one in self.published if one.is_synthetic == is_synthetic]
        rows = [
            self.cells(entry).with_columns(rounding=pl.lit(entry.rounding, pl.Int64))
            for entry in of_them
        ]
        return pl.concat(rows).unique(maintain_order=True) if rows else None

    def cells(self, entry: Entry) -> pl.DataFrame:
        """The cells of a public edition."""
        return pl.read_parquet(self.folder / entry.cells_file)

    def people(self, entry: Entry) -> pl.DataFrame | None:
        """The fingerprints of its people; None where it is from before there was a log."""
        if entry.people_file not in entry.files:
            return None
        return pl.read_parquet(self.folder / entry.people_file)

    def left_out(self, entry: Entry) -> dict[str, int]:
        """How many rows its public edition is without, to protect others: by indicator and year."""
        if entry.left_out_file not in entry.files:
            return {}
        rows = pl.read_parquet(self.folder / entry.left_out_file)
        counted = rows.group_by("indicator_id", "reporting_year").len().sort(pl.all()).iter_rows()
        return {f"{indicator} {year}": many for indicator, year, many in counted}

    def faults(self) -> list[str]:
        """What is wrong with the files that the chain names, one line each."""
        return [
            f"{shown(self.folder / name)}: is not as the log notes it; {MEND}"
            for entry in self.entries
            for name in entry.files.keys() - self.with_whole_files(entry).files.keys()
        ]

    def entry(self, event: str, **known: object) -> Entry:
        """The next entry."""
        at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        before = self.heads[-1] if self.entries else ""
        return replace(Entry(len(self.entries) + 1, event, at, before), **known)  # type: ignore[arg-type]

    def and_kept(self, entry: Entry) -> "Log":
        """The log with an entry of another one, as of an edition of before it began."""
        known = {name: value for name, value in asdict(entry).items() if name not in OWN}
        return Log(self.editions, (*self.entries, self.entry("kept", **known)))

    def with_whole_files(self, entry: Entry) -> Entry:
        """An entry without those files that are not as it notes them."""
        whole = {
            name: checksum
            for name, checksum in entry.files.items()
            if checksum_or_none(self.folder / name) == checksum
        }
        return replace(entry, files=whole)

    def write(self, name: str, rows: pl.DataFrame) -> dict[str, str]:
        """Write a file of the log: its checksum by its name."""
        with owner_only(), unfinished_file(self.folder / name) as file:
            rows.write_parquet(file)
        return {name: checksum_of(self.folder / name)}

    def commit(self, entry: Entry, pointer: Pointer) -> "Log":
        """Append an entry, and point readers to what it says.

        The pointer is prepared before; a process that is killed in between is taken up by `finish`.
        """
        log = Log(self.editions, (*self.entries, entry))
        replace(pointer, log=log.heads[-1]).write(self.folder / PREPARED)
        log.save()
        finish(self.editions)
        return log

    def save(self) -> None:
        """Replace the chain in one step."""
        with owner_only(), unfinished_file(self.folder / CHAIN) as file:
            file.write_bytes(b"".join(entry.line for entry in self.entries))
        sync(self.folder)

    def remove_leftovers(self) -> None:
        """Remove what unfinished publications left."""
        remove_unfinished(self.folder)
        known = {CHAIN, *(name for entry in self.entries for name in entry.files)}
        for path in self.folder.iterdir():
            if path.name not in known:
                path.unlink()


def begin(editions: Path, reason: str | None = None, keeps_salt: bool = False) -> Log:
    """A log of one line, not yet saved; with the salt that is there, or another."""
    log = Log(editions)
    log.folder.mkdir(mode=0o700, exist_ok=True)
    salt = log.folder / SALT
    if not keeps_salt:
        with owner_only(), unfinished_file(salt) as file:
            file.write_text(secrets.token_hex(32), encoding="ascii")
    return Log(editions, (log.entry("begun", files={SALT: checksum_of(salt)}, reason=reason),))


def read_log(editions: Path) -> Log | None:
    """The log of a folder, or None where there is none.

    Raises `Refusal` where its chain is broken.
    """
    log = Log(editions)
    chain = log.folder / CHAIN
    try:
        lines = chain.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return None
    for number, line in enumerate(lines or [b""], start=1):
        entry = read_entry(line)
        if entry is None or entry != replace(
            entry, number=number, before=log.heads[-1] if log.entries else ""
        ):
            raise Refusal(f"{shown(chain)}, line {number}: is not as it was written; {MEND}")
        log = Log(editions, (*log.entries, entry))
    return log


def read_entry(line: bytes) -> Entry | None:
    """The entry of a line; None where it is none."""
    try:
        entry = Entry(**json.loads(line))
        return entry if entry.line == line else None
    except (ValueError, TypeError, RecursionError):
        return None


def finish(editions: Path) -> None:
    """Point readers to the last entry where a publication ended between the log and the pointer."""
    prepared = Log(editions).folder / PREPARED
    if not prepared.exists():
        return
    pointer, log = understood(prepared), read_log(editions)
    if pointer and log and pointer.log == log.heads[-1]:
        move_in(prepared, pointer_file(editions))
        sync(editions)
    else:
        prepared.unlink()


def checksum_or_none(file: Path) -> str | None:
    """SHA-256 of a file, or None where it cannot be read."""
    try:
        return checksum_of(file)
    except OSError:
        return None
