"""`cvg build`: a whole new warehouse from the exports, in place of the old one or not at all."""

from pathlib import Path

from cvg_warehouse.building.dbt_run import dbt_build
from cvg_warehouse.building.exports_format import ExportsFormat
from cvg_warehouse.building.steps import Step, problems_of, warnings_of
from cvg_warehouse.building.workshop import workshop_of
from cvg_warehouse.contracts.dialogue import FORM
from cvg_warehouse.export_files import files_in
from cvg_warehouse.files import scratch_folder
from cvg_warehouse.paths import PROJECT, SHIPPED_EXPORTS
from cvg_warehouse.terminal import Refusal


def build_warehouse(exports: Path, warehouse: Path, form: ExportsFormat) -> list[Step]:
    """Build the warehouse from nothing, put it in place of the old one, say how each step went.

    A check of the results that fails leaves a complete warehouse; a table that is not made, or a
    rule of what is counted that is broken, refuses the build, and the old warehouse stays as it is.
    `form` says how the exports are read. Only the owner may read what it makes.
    """
    with workshop_of(warehouse) as workshop:
        built = workshop.begin()
        with scratch_folder(workshop.folder / "exports") as links:
            steps = dbt_build(_folder(exports, links, form), form, built, workshop.folder)
        if not workshop.settle():
            raise Refusal(*warnings_of(steps), *problems_of(steps), workshop.verdict())
    return steps


def _folder(exports: Path, links: Path, form: ExportsFormat) -> Path:
    """The folder that dbt reads the exports from.

    dbt takes every file of such a folder for a seed, so that of a user is shown to it through a
    folder with links to the five, and to the worksites' forms where there are any. The shipped one
    keeps the name by which dbt's tests know it.
    """
    if exports == SHIPPED_EXPORTS:
        return exports.relative_to(PROJECT)
    files = list(files_in(exports, form.of_files).values())
    if (forms := exports / f"{FORM}.csv").exists():
        files.append(forms)
    for file in files:
        (links / file.name).symlink_to(file)
    return links
