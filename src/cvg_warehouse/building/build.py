"""`cvg build`: a new warehouse from the exports, in place of the old one or not at all."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import duckdb

from cvg_warehouse.building.changes import note_rows
from cvg_warehouse.building.dbt_run import dbt_build
from cvg_warehouse.building.exports_format import ExportsFormat
from cvg_warehouse.building.slice import begin_slice, take_slice
from cvg_warehouse.building.steps import Step, problems_of, warnings_of
from cvg_warehouse.building.workshop import NEW, WHOLE, Workshop, workshop_of
from cvg_warehouse.contracts.dialogue import FORM
from cvg_warehouse.export_files import files_in
from cvg_warehouse.files import scratch_folder
from cvg_warehouse.paths import PROJECT, SHIPPED_EXPORTS
from cvg_warehouse.terminal import Refusal, out


def build_warehouse(
    exports: Path, warehouse: Path, form: ExportsFormat, incremental: bool = False
) -> list[Step]:
    """Build the warehouse, put it in place of the old one, say how each step went.

    From nothing; or, `incremental`, from the old one and what is not as it was in the exports,
    where that can be. A check of the results that fails leaves a complete warehouse; a table that
    is not made, or a rule of what is counted that is broken, refuses the build, and the old
    warehouse stays as it is. `form` says how the exports are read. Only the owner may read what it
    makes.
    """
    with workshop_of(warehouse) as workshop:
        make = _changes_built if incremental else _everything_built
        built, steps = make(exports, workshop, form)
        if not workshop.settle(built):
            raise Refusal(*warnings_of(steps), *problems_of(steps), workshop.verdict())
    return steps


def _everything_built(
    exports: Path, workshop: Workshop, form: ExportsFormat, room: str = NEW
) -> tuple[Path, list[Step]]:
    """A warehouse built from nothing, and how each step of it went."""
    built = workshop.begin(room=room)
    steps = _built(exports, workshop, form, built)
    with duckdb.connect(built) as connection:
        note_rows(connection, exports, form)
    return built, steps


def _changes_built(
    exports: Path, workshop: Workshop, form: ExportsFormat
) -> tuple[Path, list[Step]]:
    """The warehouse with what changed built anew; or everything, where that cannot be."""
    sliced = workshop.begin()
    with ThreadPoolExecutor(1) as beside:
        # DuckDB reads, Python waits: time for the seconds that dbt takes to import
        beside.submit(import_module, "dbt.cli.main")
        obstacle = begin_slice(sliced, workshop.warehouse, exports, form)
        if obstacle:
            _say_everything(obstacle)
            return _everything_built(exports, workshop, form)
        copied = beside.submit(workshop.begin, start_from=workshop.warehouse, room=WHOLE)
        steps = _built(exports, workshop, form, sliced, workshop.warehouse)
        built = copied.result()
    if not take_slice(sliced, built, is_sound=not any(step.went_wrong for step in steps)):
        _say_everything("there are other periods than before")
        # dbt is still connected to the slice
        return _everything_built(exports, workshop, form, room=WHOLE)
    return built, steps


def _say_everything(obstacle: str) -> None:
    out.print(f"Everything is built: {obstacle}", soft_wrap=True)


def _built(
    exports: Path,
    workshop: Workshop,
    form: ExportsFormat,
    built: Path,
    before: Path | None = None,
) -> list[Step]:
    with scratch_folder(workshop.folder / "exports") as links:
        return dbt_build(_folder(exports, links, form), form, built, workshop.folder, before)


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
