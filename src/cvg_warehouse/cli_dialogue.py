"""The command `cvg dialogue`: the half-yearly form that worksites owe."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cvg_warehouse import paths
from cvg_warehouse.endings import plain_endings
from cvg_warehouse.terminal import Refusal, out, shown

app = typer.Typer()


@app.command()
def dialogue(
    first: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of the period.")
    ],
    last: Annotated[
        datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of the period.")
    ],
    place: Annotated[
        Path,
        typer.Option("--out", help="File to write; without --worksite a new folder for all."),
    ],
    worksite: Annotated[str | None, typer.Option(help="Code of the worksite.")] = None,
    kind: Annotated[
        str, typer.Option("--format", help="Without --worksite: xlsx, csv or pdf.")
    ] = "xlsx",
    with_justice: Annotated[
        bool,
        typer.Option(
            "--with-justice",
            help="Write the lines on justice too (GDPR, article 10).",
            envvar="CVG_DIALOGUE_JUSTICE",
        ),
    ] = False,
) -> None:
    """Write the half-yearly form of a worksite (outil de dialogue de gestion), or of all of them.

    Every number is counted from the rows of the built warehouse. The file's ending is its format:
    .xlsx, .csv (the layout that software on worksites writes) or .pdf. What rows cannot say stays
    empty: contracted full-time equivalents, and staff, who are never named. The lines on justice
    are left out, and a line says so, unless --with-justice. Small numbers may tell a person: the
    file is its owner's alone, and says so. Never overwrites a file.

    Example: cvg dialogue --worksite ROU-01 --from 2024-04-01 --to 2024-09-30 --out ROU-01.xlsx

    Example: cvg dialogue --from 2024-04-01 --to 2024-09-30 --out ~/forms --format pdf

    Exit status: 0 all is written, 2 nothing is.
    """
    from cvg_warehouse.dialogue import SUFFIXES, forms_of, period_of, write_form, write_forms

    place = place.expanduser().resolve()
    with plain_endings("nothing was written"):
        if f".{kind}" not in SUFFIXES:
            raise Refusal(f"--format {kind}: name one of {', '.join(SUFFIXES).replace('.', '')}")
        warehouse = paths.warehouse_file()
        period = period_of(warehouse, first.date(), last.date())
        forms = forms_of(warehouse, period, worksite, with_justice)
        if worksite:
            write_form(forms[0], place)
        else:
            write_forms(forms, place, f".{kind}")
    written = f"{worksite}" if worksite else f"{len(forms):,} worksites"
    out.print(f"Written for {written}, {period.period_id}: {shown(place)}", soft_wrap=True)
