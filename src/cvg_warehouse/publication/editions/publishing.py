"""Publishes a warehouse as a new edition, whole or not at all.

Both files are written under names that nobody reads, checked, brought to the disk, renamed; then
the pointer is replaced. A publication that dies before that leaves files that the pointer does not
know; the next one starts by removing them.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from cvg_warehouse.files import (
    locked,
    owner_only,
    public_folder,
    remove_unfinished,
    sync,
    unfinished_file,
)
from cvg_warehouse.paths import editions_folder
from cvg_warehouse.publication.disclosure import Protected, protect_warehouse
from cvg_warehouse.publication.editions.contents import Record, fill
from cvg_warehouse.publication.editions.origin import Origin, origin_of
from cvg_warehouse.publication.editions.pointer import (
    AUDIENCES,
    EDITION_ID,
    Pointer,
    edition_file,
    read_pointer,
)
from cvg_warehouse.publication.editions.reading import open_locked
from cvg_warehouse.publication.editions.verifying import checksum_of, faults_of
from cvg_warehouse.terminal import Refusal, shown

EDITION_FILE = re.compile(rf"({EDITION_ID.pattern})-(?:{'|'.join(AUDIENCES)})\.duckdb")
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
    internal_cells: int

    def __str__(self) -> str:
        held = (
            f"public: {self.public_cells:,} cells, {self.masked_cells:,} masked; "
            f"internal: {self.internal_cells:,} cells"
        )
        news = "" if self.is_new else ", the current one: nothing has changed"
        return f"{self.edition} in {shown(self.folder)}{news}; {held}"


def publish_file(warehouse: Path, report: Callable[[str, float], None]) -> Publication:
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
        return publish(connection, report)


def publish(
    warehouse: duckdb.DuckDBPyConnection, report: Callable[[str, float], None] | None = None
) -> Publication:
    """Publish the built warehouse that `warehouse` is connected to.

    `report` gets what is done, and how much of all (0 to 1). Raises `Unprotected` where a cell
    of the public edition could be computed, and `Refusal` where the warehouse may not be published,
    another publication is under way, or the folder cannot be written; the current edition stays.
    """
    folder = editions_folder()
    kept = _editions_kept()
    with _one_at_a_time(folder):
        pointer = read_pointer(folder)
        _remove_leftovers(folder, pointer)
        origin = origin_of(warehouse)
        before = pointer.edition if pointer and _is_whole(folder, pointer) else None
        if before and _origin_of_edition(folder, before) == origin:
            return _publication(folder, before, is_new=False)
        protected = protect_warehouse(warehouse, _earlier(warehouse, folder, before), report)
        if protected.exposed:
            raise Unprotected(
                *(f"public edition: could be computed: {cell}" for cell in protected.exposed)
            )
        return _publish(warehouse, folder, pointer, origin, protected, kept)


def select_edition(edition: str) -> None:
    """Make a kept edition the current one. Raises `Refusal` where it is unknown or damaged."""
    folder = editions_folder()
    with _one_at_a_time(folder):
        pointer = read_pointer(folder)
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
        pointer.to(edition).write(folder)


def known_checksums(pointer: Pointer | None, edition: str) -> dict[str, str]:
    """Audience -> checksum of a kept edition. Raises `Refusal` where there is none of that id."""
    if pointer is None or edition not in pointer.checksums:
        raise Refusal(f"{edition}: no such edition is kept; cvg publish --list names them")
    return pointer.checksums[edition]


def _publish(
    warehouse: duckdb.DuckDBPyConnection,
    folder: Path,
    pointer: Pointer | None,
    origin: Origin,
    protected: Protected,
    kept: int,
) -> Publication:
    """Write both files, give them their names, move the pointer."""
    now = datetime.now(UTC).replace(tzinfo=None)
    seal = hashlib.sha256(f"{origin}{now}".encode()).hexdigest()[:8]
    previous = pointer.edition if pointer else None
    record = Record(f"{now:%Y%m%dT%H%M%SZ}-{seal}", now, origin, previous)
    edition = record.edition_id
    try:
        with (
            owner_only(),
            unfinished_file(edition_file(folder, edition, "public")) as public,
            unfinished_file(edition_file(folder, edition, "internal")) as internal,
        ):
            checksums = {
                "public": _write(warehouse, public, "public", record, protected),
                "internal": _write(warehouse, internal, "internal", record),
            }
        sync(folder)
        _keep(pointer, edition, checksums, kept).write(folder)
    except (OSError, duckdb.OperationalError, duckdb.FatalException):
        raise Refusal(
            f"{shown(folder)}: the edition cannot be written; is the disk full? "
            "The previous edition stays the current one"
        ) from None
    finally:
        # What a full disk does not let go is removed by the next publication.
        with suppress(OSError):
            _remove_leftovers(folder, read_pointer(folder))
    return _publication(folder, edition, is_new=True)


def _write(
    warehouse: duckdb.DuckDBPyConnection,
    file: Path,
    audience: str,
    record: Record,
    protected: Protected | None = None,
) -> str:
    """Write and check one file; its checksum."""
    warehouse.execute(f"attach {_quoted(file)} as edition")
    try:
        fill(warehouse, audience, record, protected)
        warehouse.execute("checkpoint edition")
    finally:
        with suppress(duckdb.Error):
            warehouse.execute("detach edition")
    faults = faults_of(file, record.edition_id, audience)
    if faults:
        raise Refusal(*faults, "nothing was published: please report it")
    file.chmod(MODES[audience])
    return checksum_of(file)


def _is_whole(folder: Path, pointer: Pointer) -> bool:
    """Whether the current edition is, byte for byte, what was checked when it was published."""
    checksums = pointer.checksums.get(pointer.edition, {})
    files = {one: edition_file(folder, pointer.edition, one) for one in AUDIENCES}
    return all(
        file.is_file() and checksum_of(file) == checksums.get(audience)
        for audience, file in files.items()
    )


def _origin_of_edition(folder: Path, edition: str) -> Origin:
    with open_locked(edition_file(folder, edition, "public")) as connection:
        found = connection.execute("select exports_hash, code_version, rules_hash from edition")
        return Origin(*found.fetchall()[0])


def _earlier(
    warehouse: duckdb.DuckDBPyConnection, folder: Path, edition: str | None
) -> Path | None:
    """The public edition that an outsider may compare with the new one: one about the same people.

    What was printed of invented people reveals nothing of real ones.
    """
    if edition is None:
        return None
    file = edition_file(folder, edition, "public")
    with open_locked(file) as connection:
        before = connection.execute("select is_synthetic from edition").fetchall()
    return (
        file
        if before == warehouse.execute("select is_synthetic from edition__edition").fetchall()
        else None
    )


def _keep(pointer: Pointer | None, edition: str, checksums: dict[str, str], number: int) -> Pointer:
    """The pointer to a new edition, which forgets the oldest ones.

    The previous edition always stays: somebody may just have read that it is the current one.
    """
    known = (pointer.checksums if pointer else {}) | {edition: checksums}
    stay = {*list(known)[-number:], pointer and pointer.edition}
    return Pointer(edition, {one: known[one] for one in known if one in stay})


def _remove_leftovers(folder: Path, pointer: Pointer | None) -> None:
    """Remove what unfinished publications left, and editions that the pointer has forgotten."""
    known = {pointer.edition, *pointer.checksums} if pointer else set()
    remove_unfinished(folder)
    for path in folder.iterdir():
        if (found := EDITION_FILE.fullmatch(path.name)) and found[1] not in known:
            path.unlink()


def _publication(folder: Path, edition: str, is_new: bool) -> Publication:
    numbers = []
    for audience in AUDIENCES:
        with open_locked(edition_file(folder, edition, audience)) as connection:
            numbers += connection.execute("select cells, masked_cells from edition").fetchall()
    (public, masked), (internal, _) = numbers
    return Publication(edition, is_new, folder, public, masked, internal)


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
