"""The folder beside a warehouse where the next one is built, and what becomes of that one.

A build never writes into the warehouse in use: it makes, or changes a copy of, a file in the
workshop. That file replaces the warehouse when nothing refused it (`macros/judge_build.sql` says
what does, in its table `build_refusals`); else it is kept aside, so that one can see why.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cvg_warehouse.files import locked, owner_only
from cvg_warehouse.terminal import Refusal, shown

ELSEWHERE = "name another file in CVG_WAREHOUSE"
NEW, WHOLE = "new", "whole"
"""Where dbt builds; and where what it built of a warehouse becomes a whole one. dbt keeps its
parsed project as long as it builds in one place, and stays connected to the file there."""


@dataclass(frozen=True)
class Workshop:
    """The workshop of one warehouse, while it is this process's alone."""

    warehouse: Path
    folder: Path

    @property
    def refused(self) -> Path:
        """The last build that was refused, until the next one begins."""
        return self._file_in("refused")

    def begin(self, start_from: Path | None = None, room: str = NEW) -> Path:
        """Make room for a build from nothing, or for one that goes on from a copy; its file."""
        self.clear(room)
        built = self._file_in(room)
        built.parent.mkdir()
        if start_from and start_from.exists():
            shutil.copy(start_from, built)
        self.clear("refused")
        return built

    def settle(self, built: Path) -> bool:
        """Put what was built in place of the warehouse, or aside where something refused it.

        True where it is in place. Nobody may be connected to it.
        """
        # dbt leaves its last writes in a file beside (.wal); only a whole file may be moved.
        with duckdb.connect(built) as connection:
            connection.execute("checkpoint")
            accepted = (
                connection.execute(
                    "select count(*) = 1 from duckdb_tables() "
                    "where database_name = current_database() and table_name = 'build_refusals'"
                ).fetchall()
                == [(True,)]
                and not connection.execute("select 1 from build_refusals limit 1").fetchall()
            )
        place = self.warehouse if accepted else self.refused
        try:
            place.parent.mkdir(exist_ok=True)
            # One that another program left beside the old file would be replayed into the new one.
            _log_of(place).unlink(missing_ok=True)
            built.replace(place)
        except OSError as error:
            raise Refusal(
                f"{shown(place)}: cannot be replaced ({error.strerror}); {ELSEWHERE}"
            ) from None
        return accepted

    def verdict(self) -> str:
        """What to say of a build that was refused."""
        kept = "stays as it was" if self.warehouse.exists() else "was not made"
        return f"{shown(self.warehouse)} {kept}; what was built is in {shown(self.refused)}"

    def clear(self, name: str) -> None:
        """Remove a folder of the workshop with all that is in it."""
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def _file_in(self, name: str) -> Path:
        # DuckDB names a catalog after its file, so all have the name of the warehouse's
        return self.folder / name / self.warehouse.name


@contextmanager
def workshop_of(warehouse: Path) -> Iterator[Workshop]:
    """The workshop of a warehouse, for one build at a time; only its owner may look into it."""
    folder = warehouse.with_name(f"{warehouse.stem}.build")
    busy = f"{shown(warehouse)}: another build is running; wait until it has ended"
    with locked(folder / "lock", busy, ELSEWHERE), owner_only():
        folder.chmod(0o700)
        workshop = Workshop(warehouse, folder)
        try:
            yield workshop
        finally:
            workshop.clear(NEW)
            workshop.clear(WHOLE)


def _log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.wal")
