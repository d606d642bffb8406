"""Commands that change what was taken in: `cvg withdraw`, `cvg link`, `cvg migrate`."""

from pathlib import Path
from typing import Annotated

import typer

from cvg_warehouse import paths
from cvg_warehouse.endings import plain_endings
from cvg_warehouse.terminal import Refusal, out, shown

app = typer.Typer()
Exports = Annotated[Path, typer.Argument(help="Folder of the exports, as --out of cvg ingest.")]
Apart = Annotated[
    Path | None,
    typer.Option(help="Folder of the quarantine.", show_default="quarantine beside the exports"),
]
Dry = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")]


@app.command()
def withdraw(
    exports: Exports,
    delivery: Annotated[
        str | None, typer.Option(help="Id of a delivery in manifest.json, or its path.")
    ] = None,
    worksite: Annotated[str | None, typer.Option(help="Code of a worksite, with --year.")] = None,
    year: Annotated[int | None, typer.Option(help="Reporting year, with --worksite.")] = None,
    person: Annotated[
        str | None, typer.Option(help="Pseudonym of a person; cvg key pseudonym says it.")
    ] = None,
    quarantine: Apart = None,
    dry_run: Dry = False,
) -> None:
    """Take back a delivery, a worksite's year, or a person (erasure, GDPR article 17).

    The rows leave the exports, the history and the quarantine; what an earlier delivery said counts
    again; rows that refer to what is gone go into quarantine. A delivery that was withdrawn is
    refused when it comes again, a person is held. The manifest notes it. Warehouse and editions
    change with the next build only: the last lines say what to build and publish.

    Example: cvg withdraw ~/exports --delivery 3f2a9c1b07de --dry-run

    Example: cvg withdraw ~/exports --worksite PAR-01 --year 2024

    Exit status: 0 done, 2 nothing was done.
    """
    from cvg_warehouse.ingest.pseudonyms import key_version, load_key
    from cvg_warehouse.ingest.store import open_store
    from cvg_warehouse.ingest.withdrawal import (
        What,
        delivery_of,
        person_of,
        withdraw,
        worksite_year_of,
    )

    exports = exports.expanduser().resolve()
    with plain_endings(f"{shown(exports)} is as it was"):
        asked = [delivery is not None, worksite is not None, person is not None]
        if sum(asked) != 1 or (worksite is None) != (year is None):
            raise Refusal(
                "say one of --delivery ID, --worksite CODE --year YEAR, --person PSEUDONYM"
            )
        key = load_key()
        with open_store(exports, quarantine, key_version(key), writes=not dry_run) as store:
            before = store.before(key)
            what: What
            if delivery:
                what = delivery_of(store, delivery)
            elif worksite and year:
                what = worksite_year_of(worksite, year)
            else:
                what = person_of(store, before, person or "")
            done = withdraw(store, before, what, key, dry_run)
    for name, rows in done.rows.items():
        out.print(
            f"  {name}.{store.form}: {done.removed[name]:,} rows withdrawn, {rows:,} rows left"
            + (f", {done.waiting[name]:,} go into quarantine" if done.waiting[name] else ""),
            soft_wrap=True,
        )
    if done.in_quarantine:
        out.print(f"  quarantine: {done.in_quarantine:,} rows withdrawn")
    if done.unlinked:
        out.print(f"  actions: {done.unlinked:,} no longer say whose pathway they were for")
    if dry_run:
        out.print("Nothing was changed (--dry-run).")
        return
    out.print(f"Next: CVG_EXPORTS={shown(exports)} cvg build", soft_wrap=True)
    _say_editions()


@app.command()
def link(
    exports: Exports,
    sign: Annotated[
        list[str] | None, typer.Option(help="Id of the review list: they are one person.")
    ] = None,
    apart: Annotated[
        list[str] | None, typer.Option(help="Id of the review list: they are different people.")
    ] = None,
    undo: Annotated[
        list[str] | None, typer.Option(help="Pseudonym: take back all that was signed on it.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who signs, with --sign and --apart.")] = "",
    quarantine: Apart = None,
) -> None:
    """List who may be one person under several numbers, and sign which of them are.

    Nobody is merged by a program: people counts follow what an analyst signed. Without an option
    the open entries of the review list are shown, by pseudonym and worksite. `--sign all` signs
    every entry whose name, first name and birth date agree.

    Example: cvg link ~/exports --sign 1f07a2c4 --by AB

    Exit status: 0 done, 2 nothing was done.
    """
    from cvg_warehouse.ingest.pseudonyms import key_version, load_key
    from cvg_warehouse.ingest.signing import listed, signed
    from cvg_warehouse.ingest.store import open_store

    exports = exports.expanduser().resolve()
    with plain_endings(f"{shown(exports)} is as it was"):
        changes = bool(sign or apart or undo)
        if (sign or apart) and not by.strip():
            raise Refusal("--by: say who signs, by initials or role")
        key = load_key()
        with open_store(exports, quarantine, key_version(key), writes=changes) as store:
            if not changes:
                for line in listed(store):
                    out.print(line, soft_wrap=True)
                return
            count = signed(store, key, sign or [], apart or [], undo or [], by.strip())
    out.print(f"{count:,} entries of the review list are decided or taken back")
    out.print(f"Next: CVG_EXPORTS={shown(exports)} cvg build", soft_wrap=True)


@app.command()
def migrate(exports: Exports, quarantine: Apart = None, dry_run: Dry = False) -> None:
    """Bring exports of an earlier version to today's identifiers: each number is its worksite's.

    People who had one number at two worksites become two, and stand on the review list (cvg link).
    Copy the folder first.

    Example: cvg migrate ~/exports --dry-run

    Exit status: 0 done, 2 nothing was done.
    """
    from cvg_warehouse.ingest.migration import migrate
    from cvg_warehouse.ingest.pseudonyms import key_version, load_key
    from cvg_warehouse.ingest.store import open_store

    exports = exports.expanduser().resolve()
    with plain_endings(f"{shown(exports)} is as it was"):
        key = load_key()
        version = key_version(key)
        with open_store(exports, quarantine, version, not dry_run, migrates=True) as store:
            done = migrate(store, key, dry_run)
    for name, rows in done.rows.items():
        out.print(f"  {name}.csv: {rows:,} rows")
    out.print(f"  {done.split:,} people had one number at several worksites: cvg link lists them")
    out.print(f"  {done.waiting:,} rows go into quarantine: nobody can say whose number they hold")
    out.print(
        "Nothing was changed (--dry-run)."
        if dry_run
        else f"Next: CVG_EXPORTS={shown(exports)} cvg build",
        soft_wrap=True,
    )


def _say_editions() -> None:
    """The editions that may hold figures made of what is gone."""
    from cvg_warehouse.publication.editions.pointer import read_pointer

    folder = paths.editions_folder()
    if pointer := read_pointer(folder):
        out.print(
            f"Then: cvg publish. Editions in {shown(folder)} that may hold figures made of it: "
            + ", ".join(pointer.checksums),
            soft_wrap=True,
        )
