"""Publishes a warehouse as a new edition, whole or not at all.

Both files are written under names that nobody reads, checked, brought to the disk, renamed; then
the log notes them, and the pointer is replaced. A publication that dies before the log does leaves
files that nobody knows; the next one starts by removing them. One that dies after it is finished by
the next one.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from cvg_warehouse.files import (
    checksum_of,
    locked,
    owner_only,
    public_folder,
    remove_unfinished,
    sync,
    unfinished_file,
)
from cvg_warehouse.paths import editions_folder
from cvg_warehouse.publication.disclosure import Protected, protect_warehouse
from cvg_warehouse.publication.disclosure.rules import load_rules
from cvg_warehouse.publication.editions.contents import CELLS, Record, fill
from cvg_warehouse.publication.editions.differencing import Held, hold_back
from cvg_warehouse.publication.editions.history import (
    history_of,
    history_to_use,
    is_whole,
    start_anew,
)
from cvg_warehouse.publication.editions.log import Entry, Log, finish, read_log
from cvg_warehouse.publication.editions.origin import Origin, origin_of
from cvg_warehouse.publication.editions.pointer import (
    AUDIENCES,
    Pointer,
    edition_file,
    editions_in,
    read_pointer,
)
from cvg_warehouse.publication.editions.reading import frame_of, open_locked
from cvg_warehouse.publication.editions.verifying import faults_of
from cvg_warehouse.terminal import Refusal, shown

# Who else than the owner may read a file; nobody writes.
MODES = {"public": 0o444, "internal": 0o440}


class Unprotected(Refusal):
    """The proof of the public edition failed: nothing may be published."""


@dataclass(frozen=True)
class Publication:
    """An edition as it was published."""

    edition: str
    is_new: bool
    """False where the current edition already comes from the same exports, code and rules."""
    folder: Path
    public_cells: int
    masked_cells: int
    left_out: int
    """Rows that the public edition is without, to protect others."""
    internal_cells: int
    held_back: tuple[int, ...] = ()
    """Years whose public cells stay as they were, as few people explain what has changed."""

    def __str__(self) -> str:
        held = (
            f"public: {self.public_cells:,} cells, {self.masked_cells:,} masked, "
            f"{self.left_out:,} more left out to protect others; "
            f"internal: {self.internal_cells:,} cells"
        )
        news = "" if self.is_new else ", the current one: nothing has changed"
        waiting = (
            f"; held back in the public edition: {', '.join(map(str, self.held_back))}, as fewer "
            f"than {load_rules().threshold} people of a territory explain what has changed: it "
            'appears once as many do, or with cvg publish --accept "REASON"'
        )
        return (
            f"{self.edition} in {shown(self.folder)}{news}; {held}{waiting * bool(self.held_back)}"
        )


def publish_file(
    warehouse: Path, report: Callable[[str, float], None], accepted: str | None = None
) -> Publication:
    """Publish the warehouse in a file, which is only read; see `publish`."""
    if not warehouse.exists():
        raise Refusal(f"{shown(warehouse)}: there is no warehouse; build it: make build")
    with duckdb.connect() as connection:
        try:
            connection.execute(f"attach {_quoted(warehouse)} as warehouse (read_only)")
        except duckdb.Error:
            raise Refusal(
                f"{shown(warehouse)}: cannot be read; wait until a build that writes to it has "
                "ended, or build it again: make build"
            ) from None
        connection.execute("use warehouse")
        return publish(connection, report, accepted)


def publish(
    warehouse: duckdb.DuckDBPyConnection,
    report: Callable[[str, float], None] | None = None,
    accepted: str | None = None,
) -> Publication:
    """Publish the built warehouse that `warehouse` is connected to.

    `report` gets what is done, and how much of all (0 to 1). `accepted` is the reason to hold
    nothing back. Raises `Unprotected` where a cell of the public edition could be computed, and
    `Refusal` where the warehouse may not be published, it is not known in full what was published
    before, another publication is under way, or the folder cannot be written; the current edition
    stays.
    """
    folder = editions_folder()
    kept = _editions_kept()
    if accepted is not None and not accepted.strip():
        raise Refusal("--accept: say why, in words that everybody may read")
    with _one_at_a_time(folder):
        finish(folder)
        pointer = read_pointer(folder)
        log = history_of(folder, pointer)
        _remove_leftovers(log, pointer)
        origin = origin_of(warehouse)
        if pointer and is_whole(folder, pointer, "internal"):
            held_back = log.of(pointer.edition).held_back
            is_new = origin != _origin_of_edition(folder, pointer.edition)
            if not is_new and not (accepted and held_back):
                return _publication(log, pointer.edition, is_new)
        now = datetime.now(UTC).replace(tzinfo=None)
        seal = hashlib.sha256(f"{origin}{now}".encode()).hexdigest()[:8]
        previous = pointer.edition if pointer else None
        base = load_rules().rounding.base
        record = Record(f"{now:%Y%m%dT%H%M%SZ}-{seal}", now, origin, previous, base, accepted)
        held = hold_back(warehouse, log, record.rounding, accepted is None)
        protected = protect_warehouse(warehouse, log.printed(held.is_synthetic), report)
        exposed = [cell for cell in protected.exposed if cell.reporting_year not in held.years]
        if exposed:
            raise Unprotected(*(f"public edition: could be computed: {cell}" for cell in exposed))
        new = New(record, replace(protected, exposed=[]), held)
        return _publish(warehouse, log, pointer, new, kept)


def select_edition(edition: str) -> None:
    """Make a kept edition the current one. Raises `Refusal` where it is unknown or damaged."""
    folder = editions_folder()
    with _one_at_a_time(folder):
        finish(folder)
        log, pointer = history_to_use(folder, read_pointer(folder))
        faults = [
            fault
            for audience, checksum in known_checksums(pointer, edition).items()
            for fault in faults_of(
                edition_file(folder, edition, audience), edition, audience, checksum
            )
        ]
        if faults:
            raise Refusal(*faults)
        assert pointer is not None
        log.commit(log.entry("used", edition=edition), pointer.to(edition))


def begin_log(reason: str) -> Log:
    """Start the log of what was published anew; `reason` is kept in it."""
    if not reason.strip():
        raise Refusal("--new-log: say why")
    folder = editions_folder()
    with _one_at_a_time(folder):
        return start_anew(folder, reason)


def known_checksums(pointer: Pointer | None, edition: str) -> dict[str, str]:
    """Audience -> checksum of a kept edition. Raises `Refusal` where there is none of that id."""
    if pointer is None or edition not in pointer.checksums:
        raise Refusal(f"{edition}: no such edition is kept; cvg publish --list names them")
    return pointer.checksums[edition]


@dataclass(frozen=True)
class New:
    """An edition to be written."""

    record: Record
    protected: Protected
    held: Held


def _publish(
    warehouse: duckdb.DuckDBPyConnection, log: Log, pointer: Pointer | None, new: New, kept: int
) -> Publication:
    """Write both files, give them their names, note them in the log, move the pointer."""
    folder, edition = log.editions, new.record.edition_id
    try:
        with (
            owner_only(),
            unfinished_file(edition_file(folder, edition, "public")) as public,
            unfinished_file(edition_file(folder, edition, "internal")) as internal,
        ):
            checksums = {
                "public": _write(warehouse, public, "public", new),
                "internal": _write(warehouse, internal, "internal", new),
            }
        sync(folder)
        entry = _entry(log, new, checksums)
        log = log.commit(entry, _keep(pointer, edition, checksums, kept))
    except (OSError, duckdb.OperationalError, duckdb.FatalException):
        raise Refusal(
            f"{shown(folder)}: the edition cannot be written; is the disk full? "
            "The previous edition stays the current one"
        ) from None
    finally:
        # What a full disk does not let go is removed by the next publication.
        with suppress(OSError, Refusal):
            finish(folder)
            _remove_leftovers(read_log(folder) or log, read_pointer(folder))
    return _publication(log, edition, True)


def _entry(log: Log, new: New, checksums: dict[str, str]) -> Entry:
    """What the log notes of an edition: the cells of its public file, and the people behind."""
    edition = new.record.edition_id
    with open_locked(edition_file(log.editions, edition, "public")) as connection:
        cells = frame_of(connection, f"from {CELLS} order by all")
    entry = log.entry(
        "published",
        edition=edition,
        is_synthetic=new.held.is_synthetic,
        rounding=new.record.rounding,
        editions=checksums,
        held_back=new.held.visible(new.protected),
        reason=new.record.accepted,
    )
    files = (
        log.write(entry.cells_file, cells)
        | log.write(entry.people_file, new.held.people)
        | log.write(entry.left_out_file, new.protected.left_out)
    )
    return replace(entry, files=files)


def _write(
    warehouse: duckdb.DuckDBPyConnection,
    file: Path,
    audience: str,
    new: New,
) -> str:
    """Write and check one file; its checksum."""
    contents = (new.protected, new.held) if audience == "public" else ()
    warehouse.execute(f"attach {_quoted(file)} as edition")
    try:
        fill(warehouse, audience, new.record, *contents)
        warehouse.execute("checkpoint edition")
    finally:
        with suppress(duckdb.Error):
            warehouse.execute("detach edition")
    faults = faults_of(file, new.record.edition_id, audience)
    if faults:
        raise Refusal(*faults, "nothing was published: please report it")
    file.chmod(MODES[audience])
    return checksum_of(file)


def _origin_of_edition(folder: Path, edition: str) -> Origin:
    with open_locked(edition_file(folder, edition, "public")) as connection:
        found = connection.execute("select exports_hash, code_version, rules_hash from edition")
        return Origin(*found.fetchall()[0])


def _keep(pointer: Pointer | None, edition: str, checksums: dict[str, str], number: int) -> Pointer:
    """The pointer to a new edition, which forgets the oldest ones.

    The previous edition always stays: somebody may just have read that it is the current one.
    """
    known = (pointer.checksums if pointer else {}) | {edition: checksums}
    stay = {*list(known)[-number:], pointer and pointer.edition}
    return Pointer(edition, {one: known[one] for one in known if one in stay})


def _remove_leftovers(log: Log, pointer: Pointer | None) -> None:
    """Remove what unfinished publications left, and editions that the pointer has forgotten."""
    known = {pointer.edition, *pointer.checksums} if pointer else set()
    remove_unfinished(log.editions)
    log.remove_leftovers()
    for edition in editions_in(log.editions) - known:
        for audience in AUDIENCES:
            edition_file(log.editions, edition, audience).unlink(missing_ok=True)


def _publication(log: Log, edition: str, is_new: bool) -> Publication:
    folder, entry, numbers = log.editions, log.of(edition), []
    for audience in AUDIENCES:
        with open_locked(edition_file(folder, edition, audience)) as connection:
            numbers += connection.execute("select cells, masked_cells from edition").fetchall()
    (public, masked), (internal, _) = numbers
    return Publication(
        edition,
        is_new,
        folder,
        public,
        masked,
        sum(log.left_out(entry).values()),
        internal,
        tuple(entry.held_back),
    )


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """The folder of the editions, for one publication at a time."""
    busy = f"{shown(folder)}: another publication is under way; wait until it has ended"
    with suppress(OSError):  # the lock says what is wrong with the folder
        public_folder(folder)
    with locked(folder / ".lock", busy, "name another folder in CVG_EDITIONS"):
        yield


def _editions_kept() -> int:
    number = os.environ.get("CVG_EDITIONS_KEPT") or "5"
    if not number.isdecimal() or int(number) == 0:
        raise Refusal("CVG_EDITIONS_KEPT: not a whole number from 1; say how many editions to keep")
    return int(number)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
