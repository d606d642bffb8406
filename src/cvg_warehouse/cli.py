"""The command `cvg`."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from cvg_warehouse import cli_corrections, cli_dialogue, paths
from cvg_warehouse.endings import plain_endings
from cvg_warehouse.file_formats import Format
from cvg_warehouse.terminal import (
    DONE,
    PARTLY,
    Refusal,
    complain,
    out,
    progress,
    shown,
)

app = typer.Typer(
    help="From worksite exports to the indicators of the Bilan.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


app.add_typer(cli_corrections.app)
app.add_typer(cli_dialogue.app)


@app.callback()
def main() -> None:
    """From worksite exports to the indicators of the Bilan."""


@app.command()
def build(
    publishes: Annotated[
        bool,
        typer.Option("--publish/--no-publish", help="Publish the warehouse.", envvar="CVG_PUBLISH"),
    ] = True,
    incremental: Annotated[
        bool,
        typer.Option("--incremental", help="Build only what changed in the exports."),
    ] = False,
) -> None:
    """Check the exports, build the warehouse, test it and publish it as an edition.

    The exports are seeds/exports, or the folder that CVG_EXPORTS names; those that are not what
    the manifest of their ingest says are refused. The warehouse is target/cvg.duckdb, or the file
    that CVG_WAREHOUSE names. It replaces the old one only when all of it was built, and is
    published only when no check fails.

    It is built from nothing. With --incremental it goes on from the one before: the rows that
    changed in the exports since, and those that depend on them, are built again, and every table
    comes out as from nothing. Checks of single rows look at these rows, checks of figures at all.
    Where this cannot be done, everything is built, and a line says why.

    Example: CVG_EXPORTS=~/exports cvg build

    Example: cvg build --incremental

    Exit status: 0 all is well, 1 the warehouse is built but a check fails or it could not be
    published, 2 nothing was built.
    """
    from cvg_warehouse.building import findings
    from cvg_warehouse.building.build import build_warehouse
    from cvg_warehouse.building.check_exports import check_exports
    from cvg_warehouse.building.exports_format import format_for
    from cvg_warehouse.building.steps import problems_of, warnings_of
    from cvg_warehouse.building.summary import print_summary
    from cvg_warehouse.ingest.acceptance import accept_exports

    started = time.monotonic()
    exports, warehouse = paths.exports_folder(), paths.warehouse_file()
    with plain_endings(f"{shown(warehouse)} is as it was"):
        accept_exports(exports)
        form = format_for(exports)
        complain(check_exports(exports, form))
        steps = build_warehouse(exports, warehouse, form, incremental)
    seconds = time.monotonic() - started
    problems = problems_of(steps)
    edition = "not published, because a check fails" if problems else "not published, as asked"
    with plain_endings(f"{shown(warehouse)} is built"):
        if publishes and not problems:
            # Its solver takes a second to import.
            from cvg_warehouse.publication.editions.publishing import publish_file

            try:
                with progress("Publishing", shares=True) as bar:
                    edition = str(publish_file(warehouse, bar.share_is))
            except Refusal as refusal:
                problems += refusal.lines
                edition = "not published"
        print_summary(exports, warehouse, steps, seconds, edition)
    complain(warnings_of(step for step in steps if step.name != findings.WARNED_BY))
    complain(f"warning: {line}" for line in findings.lines_by_check(warehouse))
    complain(problems)
    raise typer.Exit(PARTLY if problems else DONE)


@app.command()
def publish(
    edition: Annotated[str | None, typer.Argument(help="Id of a kept edition.")] = None,
    lists: Annotated[bool, typer.Option("--list", help="List the kept editions.")] = False,
    uses: Annotated[bool, typer.Option("--use", help="Make EDITION the current one.")] = False,
    verifies: Annotated[
        bool, typer.Option("--verify", help="Check EDITION, or the current one, in full.")
    ] = False,
    accepted: Annotated[
        str | None,
        typer.Option("--accept", help="Hold nothing back; why, in words that all may read."),
    ] = None,
    new_log: Annotated[
        str | None, typer.Option("--new-log", help="Start the log anew from what is kept; why.")
    ] = None,
    relations: Annotated[
        bool, typer.Option("--relations", help="List the relations that nobody has signed.")
    ] = False,
) -> None:
    """Publish the built warehouse as an edition: two read-only files, public and internal.

    The editions lie in editions/, or in the folder that CVG_EDITIONS names; the last 5 are kept, or
    as many as CVG_EDITIONS_KEPT says. The warehouse must come from a whole build without a failed
    check. Nothing is done where nothing has changed since the current edition.

    editions/log notes all that public editions ever showed. Where few people explain what has
    changed in a year, the public edition shows that year as before, until more do; --accept shows
    it at once. The reason stands in the log and in the public edition's record.

    Example: cvg publish --list

    Example: cvg publish --accept "Erratum 2024"

    Example: cvg publish --use 20261123T014512Z-3f2a9c1b

    Exit status: 0 done, or all is well; 1 the public edition could not be protected, or --verify
    finds something wrong; 2 nothing was done.
    """
    from cvg_warehouse.publication.editions import listing
    from cvg_warehouse.publication.editions.publishing import (
        Unprotected,
        begin_log,
        publish_file,
        select_edition,
    )

    problems: list[str] = []
    with plain_endings("the current edition is as it was"):
        takes_edition = uses or verifies
        orders = [lists, uses, verifies, relations, accepted is not None, new_log is not None]
        if sum(orders) > 1 or (edition and not takes_edition) or (uses and not edition):
            raise Refusal(
                "say one of --list, --use EDITION, --verify [EDITION], --relations, "
                "--accept REASON, --new-log REASON, or nothing"
            )
        if lists:
            listing.print_editions()
        elif relations:
            listing.print_relations(paths.warehouse_file())
        elif uses and edition:
            select_edition(edition)
            out.print(f"The current edition is {edition}", soft_wrap=True)
        elif verifies:
            problems = listing.print_verification(edition)
        elif new_log is not None:
            log = begin_log(new_log)
            held = f"with {len(log.published):,} editions that are known"
            out.print(f"{shown(log.folder)} begins anew, {held}", soft_wrap=True)
        else:
            try:
                with progress("Publishing", shares=True) as bar:
                    published = publish_file(paths.warehouse_file(), bar.share_is, accepted)
                out.print(f"Edition {published}", soft_wrap=True)
            except Unprotected as unprotected:
                problems = [*unprotected.lines, "nothing was published"]
    complain(problems)
    raise typer.Exit(PARTLY if problems else DONE)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--out", help="Folder to write the five files to.")],
    scale: Annotated[int, typer.Option(help="How many times as many people and worksites.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed makes the same bytes.")] = 2024,
    form: Annotated[Format, typer.Option("--format", help="Of the five files.")] = Format.CSV,
    deliveries: Annotated[
        Path | None,
        typer.Option(help="New folder for the same data as the worksites' own files (scale 1)."),
    ] = None,
) -> None:
    """Make synthetic exports for 2020 to 2024, calibrated on the printed report.

    No line is about a real person. The same scale and seed always make the same bytes. With
    --deliveries also the files that the worksites would have sent, in mixed formats. Parquet is for
    large ones: a build reads it in place.

    Example: cvg demo --out /tmp/demo --scale 10

    Exit status: 0 all files are written, 2 none is.
    """
    from cvg_demo.deliveries import new_folder, write_deliveries
    from cvg_demo.write import write_demo

    folder = folder.resolve()
    with plain_endings(f"{shown(folder)} is as it was"), progress("Writing") as bar:
        bar.total_is(scale)
        if deliveries and form is not Format.CSV:
            raise Refusal(f"--deliveries: made of CSV; leave out --format {form}")
        sent = new_folder(deliveries, scale) if deliveries else None
        rows = write_demo(folder, scale, seed, bar.advance, form)
    files = []
    if sent:
        with plain_endings(f"{shown(folder)} is written"), progress("Delivering") as bar:
            files = write_deliveries(folder, sent, bar.total_is, bar.advance)
    out.print(f"Synthetic exports, no real person's data, in {shown(folder)}:")
    for export, count in rows.items():
        out.print(f"  {export}.{form}  {count:,} rows")
    if sent and files:
        out.print(f"and as {len(files):,} files of the worksites in {shown(sent)}", soft_wrap=True)
        out.print(f"Next: cvg ingest {shown(sent)} --out FOLDER", soft_wrap=True)
    chosen = "" if folder == paths.SHIPPED_EXPORTS else f"CVG_EXPORTS={shown(folder)} "
    out.print(f"Next: {chosen}make build", soft_wrap=True)


@app.command()
def docs(
    folder: Annotated[
        Path,
        typer.Option("--out", help="Folder to write the site to.", show_default="target/docs"),
    ] = paths.SITE,
) -> None:
    """Write the dictionary and lineage site of the warehouse, to be opened at index.html.

    It is one folder that needs no network. It holds definitions and SQL, and no row of data.

    Example: cvg docs --out ~/cvg-docs

    Exit status: 0 the site is written, 1 it is but something lacks a description, 2 it is not.
    """
    from cvg_warehouse.docs import write_docs

    folder = folder.resolve()
    with plain_endings(f"{shown(folder)} is as it was"):
        site = write_docs(paths.warehouse_file(), folder)
    out.print(f"{site.models} models and {site.columns:,} columns are described.")
    out.print(f"Next: open {shown(site.folder)}/index.html in a browser", soft_wrap=True)
    complain(site.gaps)
    raise typer.Exit(PARTLY if site.gaps else DONE)


@app.command()
def ingest(
    deliveries: Annotated[Path, typer.Argument(help="Folder of the worksites' files.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder to write the exports to.")],
    quarantine: Annotated[
        Path | None,
        typer.Option(help="Folder for quarantined rows.", show_default="quarantine beside --out"),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="Of the exports.", show_default="theirs, or csv"),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report all findings, write feedback at most.")
    ] = False,
    feedback: Annotated[
        Path | None, typer.Option(help="Folder for what each worksite gets back, in French.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes.", show_default="one per processor")
    ] = None,
) -> None:
    """Take in the worksites' files: check them, make pseudonyms, quarantine wrong rows.

    Reads every .csv, .xlsx and .ods of the folder and those in it. A file that is wrong as a whole
    is refused, a row that is wrong goes into quarantine, the rest is loaded; earlier deliveries in
    --out stay, and later ones correct them. The key of the pseudonyms is in CVG_PSEUDONYM_KEY, or
    in the file that CVG_PSEUDONYM_KEY_FILE names; `cvg key new` makes one.

    The date of a delivery stands in the name of its file or folder, or in a livraison.csv that may
    also announce the rows of each file; docs/deliveries.md says how.

    With --format parquet the exports are Parquet, for large ones: a build reads them in place. They
    keep the format that they have until another is named.

    With --feedback each worksite gets a workbook and a page with what it has to correct, and its
    own indicators where CVG_WAREHOUSE was built from --out; controles.html there is the summary.

    Example: cvg ingest ~/deliveries/2024 --out ~/exports --feedback ~/feedback

    Exit status: 0 all is loaded, 1 something was refused or is in quarantine, 2 nothing was done.
    """
    # Read when Polars is imported: memory that is free goes back to the system at once.
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0")
    from cvg_warehouse.feedback import feedback_folder, write_feedback
    from cvg_warehouse.ingest import run
    from cvg_warehouse.ingest.pseudonyms import load_key
    from cvg_warehouse.ingest.reporting import print_result, problem_lines

    folder = folder.expanduser().resolve()
    deliveries = deliveries.expanduser().resolve()
    processes = jobs or os.cpu_count() or 1
    with plain_endings(f"{shown(folder)} is as it was"), progress("Reading") as bar:
        letters = feedback_folder(feedback, folder, deliveries) if feedback else None
        result = run(
            deliveries,
            folder,
            load_key(),
            processes,
            dry_run,
            quarantine,
            form,
            bar.total_is,
            bar.advance,
        )
    complain(problem_lines(result))
    print_result(result, dry_run)
    if letters:
        with plain_endings(f"{shown(folder)} is {'as it was' if dry_run else 'written'}"):
            written = write_feedback(result, letters, paths.warehouse_file())
        out.print(str(written), soft_wrap=True)
    raise typer.Exit(DONE if result.all_is_well else PARTLY)


@app.command()
def template(
    file: Annotated[Path, typer.Option("--out", help="Workbook to write, FILE.xlsx.")],
    year: Annotated[int, typer.Option(help="Reporting year.")],
    worksite: Annotated[str | None, typer.Option(help="Code of the worksite.")] = None,
    territory: Annotated[
        str | None, typer.Option(help="Code of a territory instead: for its team's actions.")
    ] = None,
) -> None:
    """Make the workbook that a worksite, or a territory's team, fills in.

    One sheet per export, with the lists, dates and limits of the contracts and a guide in French.
    Never overwrites a file.

    Example: cvg template --worksite PAR-01 --year 2025 --out PAR-01_2025.xlsx

    Exit status: 0 the workbook is written, 2 it is not.
    """
    from cvg_warehouse.template import team_sender, worksite_sender, write_template

    file = file.expanduser().resolve()
    with plain_endings("nothing was written"):
        if worksite and territory is None:
            sender = worksite_sender(worksite)
        elif territory and worksite is None:
            sender = team_sender(territory)
        else:
            raise Refusal("name one of --worksite and --territory")
        write_template(file, sender, year)
    out.print(f"Written for {sender.code}, {year}: {shown(file)}", soft_wrap=True)


key_app = typer.Typer(help="Keys of the pseudonyms.", no_args_is_help=True)
app.add_typer(key_app, name="key")


@key_app.callback()
def key() -> None:
    """Keys of the pseudonyms."""


@key_app.command("new")
def key_new(
    file: Annotated[Path, typer.Option("--out", help="File to write, outside the project.")],
) -> None:
    """Make a key for pseudonyms, readable by its owner only. Never overwrites a file.

    Whoever loses the key can no longer take in deliveries that follow earlier ones.

    Example: cvg key new --out ~/.config/cvg/key

    Exit status: 0 the key is written, 2 it is not.
    """
    from cvg_warehouse.ingest.pseudonyms import KEY_FILE, new_key

    with plain_endings("nothing was written"):
        new_key(file)
    out.print(f"Next: export {KEY_FILE}={file}", soft_wrap=True)


@key_app.command("pseudonym")
def key_pseudonym(
    worksite: Annotated[str, typer.Option(help="Code of the worksite whose number it is.")],
    pathway: Annotated[
        bool, typer.Option("--pathway", help="The number is a pathway's, not a person's.")
    ] = False,
) -> None:
    """Say by which pseudonym a worksite's number is stored. The number is asked for, and not shown.

    Example: cvg key pseudonym --worksite PAR-01

    Exit status: 0 it is said, 2 it is not.
    """
    from cvg_warehouse.contracts.text import trimmed
    from cvg_warehouse.ingest.pseudonyms import load_key, local_pseudonym, pseudonym
    from cvg_warehouse.ingest.senders import shared_spaces
    from cvg_warehouse.ingest.withdrawal import worksite_year_of

    with plain_endings("nothing was said"):
        code = worksite_year_of(worksite, 0).worksite
        key, kind = load_key(), "id_parcours" if pathway else "id_salarie"
        number = trimmed(typer.prompt("Number", hide_input=True, err=True))
        local = local_pseudonym(key, kind, number)
        out.print(pseudonym(key, kind, shared_spaces().get(code, code), local))
