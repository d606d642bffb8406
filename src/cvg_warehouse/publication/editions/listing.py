"""What `cvg publish` says of the editions that are kept."""

from pathlib import Path

import duckdb

from cvg_warehouse.paths import editions_folder
from cvg_warehouse.publication.disclosure.derivation import judge
from cvg_warehouse.publication.disclosure.reading import read_grid
from cvg_warehouse.publication.disclosure.rules import load_rules
from cvg_warehouse.publication.editions.history import history_of
from cvg_warehouse.publication.editions.log import Log, read_log
from cvg_warehouse.publication.editions.pointer import AUDIENCES, edition_file, read_pointer
from cvg_warehouse.publication.editions.publishing import known_checksums
from cvg_warehouse.publication.editions.reading import current_edition, open_locked
from cvg_warehouse.publication.editions.verifying import faults_of
from cvg_warehouse.terminal import Refusal, out, shown


def print_editions() -> None:
    """One line for each kept edition, the newest last; then the log of what was published."""
    folder = editions_folder()
    pointer = read_pointer(folder)
    if pointer is None:
        raise Refusal(f"{shown(folder)}: nothing is published yet; make build does")
    for edition in pointer.checksums:
        try:
            described = _described(*(edition_file(folder, edition, one) for one in AUDIENCES))
        except (Refusal, duckdb.Error):
            described = "cannot be read"
        mark = "current" if edition == pointer.edition else ""
        out.print(f"{mark:7}  {edition}  {described}", soft_wrap=True)
    log = read_log(folder) or Log(folder)
    for entry in log.entries:
        said = [f"{entry.number:7}", f"{entry.at:20}", f"{entry.event:9}", entry.edition]
        said += [f"held back: {year}" for year in entry.held_back]
        said += [f"reason: {entry.reason}"] if entry.reason else []
        out.print("  ".join(filter(None, said)), soft_wrap=True, markup=False)
        left_out = [f"{what} ({many} rows)" for what, many in log.left_out(entry).items()]
        if left_out:
            named = f"{'':7}  left out to protect others: {', '.join(left_out)}"
            out.print(named, soft_wrap=True, markup=False)


def print_verification(edition: str | None) -> list[str]:
    """Check an edition, or the current one: what is wrong with it, one line each."""
    folder = editions_folder()
    edition = edition or current_edition()
    faults: list[str] = []
    for audience, checksum in known_checksums(read_pointer(folder), edition).items():
        file = edition_file(folder, edition, audience)
        found = faults_of(file, edition, audience, checksum)
        faults += found
        if not found:
            out.print(f"{shown(file)}: whole, {file.stat().st_size:,} bytes", soft_wrap=True)
    return faults + _faults_of_history(folder)


def _faults_of_history(folder: Path) -> list[str]:
    """What keeps the next publication from knowing all that was published."""
    try:
        log = history_of(folder, read_pointer(folder))
    except Refusal as refusal:
        return list(refusal.lines)
    out.print(f"{shown(log.folder)}: whole, {len(log.entries):,} entries", soft_wrap=True)
    return []


def print_relations(warehouse: Path) -> None:
    """The relations that the rows of a warehouse show and nobody has signed, ready to be signed."""
    with open_locked(warehouse) as connection:
        unsigned, refuted = judge(connection, read_grid(connection, load_rules()))
    for relation in unsigned:
        out.print(f'  "{relation}",', soft_wrap=True, markup=False)
    for relation in refuted:
        out.print(f"signed, and the rows refute it: {relation}", soft_wrap=True, markup=False)
    if not unsigned:
        out.print("Every relation that the rows show is signed in contracts/relations.toml")


def _described(public: Path, internal: Path) -> str:
    with open_locked(public) as connection:
        ((at, first, last, synthetic, cells, masked),) = connection.execute(
            "select published_at, first_year, last_year, is_synthetic, cells, masked_cells "
            "from edition"
        ).fetchall()
    with open_locked(internal) as connection:
        ((all_cells,),) = connection.execute("select cells from edition").fetchall()
    return (
        f"{at:%Y-%m-%d %H:%M} UTC  {first} to {last}  {'demo' if synthetic else 'real'}  "
        f"public: {cells:,} cells, {masked:,} masked; internal: {all_cells:,} cells"
    )
