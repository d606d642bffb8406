"""What dbt needs of this project: where the warehouse lies and who may read it, a file beside it to
build in, and how to publish it.

profiles.yml names this module; the hooks of `dbt_project.yml` call its functions.
"""

import atexit
import os
import weakref
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from cvg_warehouse.building.slice import BEFORE, attach
from cvg_warehouse.building.workshop import Workshop, workshop_of
from cvg_warehouse.export_files import checksums_of
from cvg_warehouse.files import OWNER_ONLY
from cvg_warehouse.paths import PROJECT, SHIPPED_EXPORTS
from cvg_warehouse.terminal import Refusal, complain, fault


class Plugin(BasePlugin):
    """Keeps the warehouse to its owner; puts the functions into the connection, not the file."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:  # noqa: ANN401
        """Find the file from wherever dbt was started; keep it, and what DuckDB puts beside it, to
        the owner alone, also one from before.

        dbt has this process to itself, or `cvg build` sets the umask back.
        """
        os.umask(OWNER_ONLY)
        if "CVG_WAREHOUSE" not in os.environ:
            creds.path = str(PROJECT / creds.path)
        file = Path(creds.path)
        with suppress(OSError):  # DuckDB says what is wrong with the place
            file.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # new, in memory, or somebody else's
            file.chmod(0o600)

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Give SQL the functions of the hooks; those that do something say why they did not."""
        # From wherever dbt was started, exports lie where seeds would.
        conn.execute("set global file_search_path = ?", [str(PROJECT)])
        if before := os.environ.get("CVG_BUILT_BEFORE"):
            attach(conn, Path(before), BEFORE)
        # A function that held its connection would keep it open for ever.
        connection = weakref.ref(conn)
        assert self.creds is not None, "dbt-duckdb makes a plugin with them"
        copy, database = _Copy(Path(self.creds.path)), self.creds.database

        def publish_edition() -> str:
            return _reason(_publish, connection(), database)

        functions: dict[str, Callable[[], str]] = {
            "code_version": _code_version,
            "project_folder": lambda: str(PROJECT),
            "check_exports": lambda: _reason(_check_exports),
            "begin_copy": lambda: _reason(copy.begin),
            "go_on_from_refused": lambda: _reason(copy.go_on),
            "settle_copy": lambda: _reason(copy.settle),
            "has_copy": lambda: "yes" if copy.is_begun else "no",
            "file_of_build": copy.file_of_build,
            "load_edition_before": lambda: _reason(_load_edition_before, connection()),
            "checksums_of_exports": _checksums_of_exports,
            "load_forms": lambda: _reason(_load_forms, connection()),
            "publish_edition": publish_edition,
        }
        for name, function in functions.items():
            conn.create_function(name, function, [], "VARCHAR", side_effects=True)
        atexit.register(_remove, functions, connection)


class _Copy:
    """A run of dbt that builds in a copy beside the warehouse."""

    def __init__(self, warehouse: Path) -> None:
        self._warehouse = warehouse
        self._held = ExitStack()
        self._workshop: Workshop | None = None
        self._built = warehouse

    @property
    def is_begun(self) -> bool:
        return self._workshop is not None

    def begin(self) -> None:
        self._built = self._open().begin(self._warehouse)

    def go_on(self) -> None:
        """Begin from what was refused, where the run before was."""
        workshop = self._open()
        refused = workshop.refused
        self._built = workshop.begin(refused if refused.exists() else self._warehouse)

    def settle(self) -> None:
        workshop, self._workshop = self._workshop, None
        assert workshop is not None, "a build settles what it began"
        with self._held.pop_all():
            built, self._built = self._built, self._warehouse
            if not workshop.settle(built):
                complain([workshop.verdict()])

    def file_of_build(self) -> str:
        """The file to be connected to now."""
        return str(self._built)

    def _open(self) -> Workshop:
        self._workshop = self._held.enter_context(workshop_of(self._warehouse))
        return self._workshop


def _reason(act: Callable[..., None], *arguments: object) -> str:
    """Why something could not be done, or nothing."""
    try:
        act(*arguments)
    except Refusal as refusal:
        return "\n".join(refusal.lines)
    except Exception as error:
        return fault(error)
    return ""


def _remove(functions: Iterable[str], connection: weakref.ref[DuckDBPyConnection]) -> None:
    # sqlfluff leaves its connection open, and DuckDB complains of functions still in it at the end.
    left_open = connection()
    if left_open is not None:
        for name in functions:
            left_open.remove_function(name)


def _check_exports() -> None:
    from cvg_warehouse.building.check_exports import check_exports
    from cvg_warehouse.building.exports_format import told_format
    from cvg_warehouse.ingest.acceptance import accept_exports

    exports = _exports()
    accept_exports(exports)
    complain(check_exports(exports, told_format()))


def _exports() -> Path:
    # As dbt does, from the project's folder.
    return PROJECT / (os.environ.get("CVG_EXPORTS") or SHIPPED_EXPORTS)


def _checksums_of_exports() -> str:
    return checksums_of(_exports())


def _code_version() -> str:
    from cvg_warehouse.publication.editions.origin import code_version

    return code_version()


def _load_edition_before(connection: DuckDBPyConnection | None) -> None:
    from cvg_warehouse.building.edition_before import load_edition_before

    assert connection is not None, "this query runs in it"
    with connection.cursor() as warehouse:
        load_edition_before(warehouse)


def _load_forms(connection: DuckDBPyConnection | None) -> None:
    from cvg_warehouse.building.forms import load_forms

    assert connection is not None, "this query runs in it"
    with connection.cursor() as warehouse:
        load_forms(warehouse, _exports())


def _publish(connection: DuckDBPyConnection | None, database: str) -> None:
    from cvg_warehouse.publication.editions.publishing import publish

    assert connection is not None, "this query runs in it"
    with connection.cursor() as warehouse:
        # The file under the catalog's name has changed since the connection was made.
        warehouse.execute(f'use "{database}"')
        complain([f"Edition {publish(warehouse)}"])
