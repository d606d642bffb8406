"""`cvg build`: a whole new warehouse from the exports, in place of the old one or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cvg_warehouse.building.dbt_run import Step, dbt_build
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.files import locked, owner_only, scratch_folder
from cvg_warehouse.paths import PROJECT, SHIPPED_EXPORTS
from cvg_warehouse.terminal import Refusal, shown


def build_warehouse(exports: Path, warehouse: Path) -> list[Step]:
    """Build the warehouse from nothing, put it in place of the old one, say how each step went.

    A data test that fails leaves a complete warehouse; a table that is not made refuses the build,
    and the old warehouse stays as it is. Only the owner may read what it makes.
    """
    with (
        _workshop(warehouse) as workshop,
        scratch_folder(workshop / "exports") as links,
        scratch_folder(workshop / "new") as new,
    ):
        # DuckDB names its catalog after the file, so the file has its final name already.
        built = new / warehouse.name
        steps = dbt_build(_seed_folder(exports, links), built, scratch=workshop)
        _refuse_if_incomplete(steps, warehouse)
        _put_in_place(built, warehouse)
    return steps


def _seed_folder(exports: Path, links: Path) -> Path:
    """The folder that dbt reads the exports from.

    dbt takes every file of such a folder for a seed, so that of a user is shown to it through a
    folder with links to the five. The shipped one keeps the name by which dbt's tests know it.
    """
    if exports == SHIPPED_EXPORTS:
        return exports.relative_to(PROJECT)
    for export in EXPORTS:
        (links / f"{export}.csv").symlink_to(exports / f"{export}.csv")
    return links


def _refuse_if_incomplete(steps: list[Step], warehouse: Path) -> None:
    missing = [step for step in steps if step.made and step.status != "success"]
    if not missing:
        return
    causes = [str(step) for step in steps if step.went_wrong]
    kept = f"{shown(warehouse)} stays as it was" if warehouse.exists() else "there is no warehouse"
    raise Refusal(*causes, f"{len(missing)} tables could not be built because of this; {kept}")


def _put_in_place(built: Path, warehouse: Path) -> None:
    # dbt leaves its last writes in a file beside (.wal); only a whole file may be moved.
    with duckdb.connect(built) as connection:
        connection.execute("checkpoint")
    try:
        # One that another program left beside the old file would be replayed into the new one.
        warehouse.with_name(f"{warehouse.name}.wal").unlink(missing_ok=True)
        built.replace(warehouse)
    except OSError as error:
        raise Refusal(
            f"{shown(warehouse)}: cannot be replaced ({error.strerror}); "
            "name another file in CVG_WAREHOUSE"
        ) from None


@contextmanager
def _workshop(warehouse: Path) -> Iterator[Path]:
    """The folder beside the warehouse where the next one is built, by one build at a time."""
    workshop = warehouse.with_name(f"{warehouse.stem}.build")
    busy = f"{shown(warehouse)}: another build is running; wait until it has ended"
    with locked(workshop / "lock", busy, "name another file in CVG_WAREHOUSE"), owner_only():
        workshop.chmod(0o700)
        yield workshop
