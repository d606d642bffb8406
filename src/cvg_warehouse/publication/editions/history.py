"""The history of a folder of editions: its log, as far as all that is there agrees with it."""

from dataclasses import replace
from pathlib import Path

import duckdb

from cvg_warehouse.files import checksum_of
from cvg_warehouse.publication.editions.log import (
    CHAIN,
    MEND,
    SALT,
    Entry,
    Log,
    begin,
    read_entry,
    read_log,
)
from cvg_warehouse.publication.editions.pointer import (
    AUDIENCES,
    Pointer,
    edition_file,
    editions_in,
    pointer_file,
    understood,
)
from cvg_warehouse.publication.editions.reading import frame_of, open_locked
from cvg_warehouse.terminal import Refusal, shown


def history_of(folder: Path, pointer: Pointer | None) -> Log:
    """The log of the folder, of which nothing is missing; a new one where nothing was published.

    Raises `Refusal` where the log, the pointer and the current edition do not agree.
    """
    log = _sound_log(folder, pointer)
    if log is None:
        log = begin(folder)
        log.save()
    said = (pointer.edition, pointer.log) if pointer else (None, None)
    if said != ((log.current, log.heads[-1]) if log.current else (None, None)):
        problem = "is not the one of the log" if pointer else "is missing"
        raise Refusal(
            f"{shown(pointer_file(folder))}: {problem}; put it back from a copy, "
            f"or say which edition is the current one: cvg publish --use {log.current or 'ID'}"
        )
    if faults := log.faults():
        raise Refusal(*faults)
    if pointer and not is_whole(folder, pointer, "public"):
        raise Refusal(
            f"{shown(edition_file(folder, pointer.edition, 'public'))}: is not as it was "
            "published; put it back from a backup, go back to another edition "
            f"(cvg publish --list, --use ID), or go on without it: {MEND.rpartition(': ')[2]}"
        )
    return log


def history_to_use(folder: Path, pointer: Pointer | None) -> tuple[Log, Pointer | None]:
    """The log, and a pointer to what is kept: as the log has it where that is lost or old."""
    log = _sound_log(folder, pointer)
    if log is None or log.current is None or (pointer and pointer.log == log.heads[-1]):
        return log or Log(folder), pointer
    kept = {
        str(entry.edition): entry.editions
        for entry in log.published
        if all(edition_file(folder, str(entry.edition), one).is_file() for one in AUDIENCES)
    }
    return log, Pointer(log.current, kept)


def start_anew(folder: Path, reason: str) -> Log:
    """Start the log anew: with what is whole of the old one, and of the editions that are kept.

    The current edition stays where it is whole; otherwise the newest that is takes its place.
    """
    pointer = understood(pointer_file(folder))
    old = _salvaged(folder)
    log = begin(folder, reason, keeps_salt=any(SALT in entry.files for entry in old.entries))
    known = {str(one.edition): one.editions for one in old.published}
    known |= pointer.checksums if pointer else {}
    kept = {edition: known.get(edition, {}) for edition in editions_in(folder)}
    for edition in sorted(known.keys() | kept.keys()):
        log = _with_kept(log, old, edition, known.get(edition, {}))
    whole = [
        one
        for one in sorted(
            kept, key=lambda one: (pointer is not None and one == pointer.edition, one)
        )
        if all(is_whole(folder, Pointer(one, kept), audience) for audience in AUDIENCES)
    ]
    if whole:
        log = log.commit(log.entry("used", edition=whole[-1]), Pointer(whole[-1], kept))
    else:
        log.save()
        pointer_file(folder).unlink(missing_ok=True)
    return log


def is_whole(folder: Path, pointer: Pointer, audience: str) -> bool:
    """Whether a file of the current edition is, byte for byte, what was checked and published."""
    file = edition_file(folder, pointer.edition, audience)
    checksum = pointer.checksums.get(pointer.edition, {}).get(audience)
    return file.is_file() and checksum_of(file) == checksum


def _sound_log(folder: Path, pointer: Pointer | None) -> Log | None:
    """The log, whose chain is whole; None where nothing was ever published."""
    log = read_log(folder)
    where = shown(Log(folder).folder)
    if log is None:
        if pointer and pointer.log is None:
            raise Refusal(
                f"{where}: these editions are from before there was a log of what was published; "
                'start it with them: cvg publish --new-log "REASON"'
            )
        if pointer or editions_in(folder):
            raise Refusal(f"{where}: the log of what was published is missing; {MEND}")
    elif pointer and pointer.log and pointer.log not in log.heads:
        raise Refusal(f"{where}: the log lacks what was published last; {MEND}")
    return log


def _salvaged(folder: Path) -> Log:
    """The lines of the old log that can be read, each with the files that are whole.

    Without the salt that they were made with, fingerprints of people say nothing.
    """
    chain = Log(folder).folder / CHAIN
    lines = chain.read_bytes().splitlines(keepends=True) if chain.is_file() else []
    entries = [entry for line in lines if (entry := read_entry(line))]
    log = Log(folder)
    entries = [log.with_whole_files(entry) for entry in entries]
    if not any(SALT in entry.files for entry in entries):
        entries = [entry.without_people for entry in entries]
    return Log(folder, tuple(entries))


def _with_kept(log: Log, old: Log, edition: str, checksums: dict[str, str]) -> Log:
    """The log with an entry for an edition of before, where its cells are whole anywhere."""
    for entry in old.published:
        if entry.edition == edition:
            return log.and_kept(entry)
    file = edition_file(log.editions, edition, "public")
    if not file.is_file() or checksums.get("public") not in (None, checksum_of(file)):
        return log
    try:
        with open_locked(file) as connection:
            record = frame_of(connection, "from edition").row(0, named=True)
            cells = frame_of(connection, "from mart_indicators order by all")
    except (Refusal, duckdb.Error):
        return log
    entry = Entry(
        edition=edition,
        is_synthetic=record["is_synthetic"],
        rounding=record.get("rounding", 1),
        editions=checksums,
    )
    return log.and_kept(replace(entry, files=log.write(entry.cells_file, cells)))
