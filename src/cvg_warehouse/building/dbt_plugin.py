"""What dbt needs of this project: the rights of the warehouse's file, and how to publish it.

profiles.yml names this module; `macros/publication.sql` calls the functions that its last hook
needs.
"""

import atexit
import os
import weakref
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from cvg_warehouse.files import OWNER_ONLY
from cvg_warehouse.terminal import Refusal, complain, fault


class Plugin(BasePlugin):
    """Keeps the warehouse to its owner; puts the functions into the connection, not the file."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:  # noqa: ANN401
        """Make the file, and what DuckDB puts beside it, for the owner alone, also one from before.

        dbt has this process to itself, or `cvg build` sets the umask back.
        """
        os.umask(OWNER_ONLY)
        with suppress(FileNotFoundError, PermissionError):  # new, in memory, or somebody else's
            Path(creds.path).chmod(0o600)

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Give SQL `code_version()` and `publish_edition()`, which says why it did not."""
        # A function that held its connection would keep it open for ever.
        connection = weakref.ref(conn)

        def publish_edition() -> str:
            return _publish(connection())

        functions = {"code_version": _code_version, "publish_edition": publish_edition}
        for name, function in functions.items():
            conn.create_function(name, function, [], "VARCHAR", side_effects=True)
        atexit.register(_remove, functions, connection)


def _remove(functions: Iterable[str], connection: weakref.ref[DuckDBPyConnection]) -> None:
    # sqlfluff leaves its connection open, and DuckDB complains of functions still in it at the end.
    left_open = connection()
    if left_open is not None:
        for name in functions:
            left_open.remove_function(name)


def _code_version() -> str:
    from cvg_warehouse.publication.editions.origin import code_version

    return code_version()


def _publish(connection: DuckDBPyConnection | None) -> str:
    from cvg_warehouse.publication.editions.publishing import publish

    assert connection is not None, "this query runs in it"
    try:
        with connection.cursor() as warehouse:
            complain([f"Edition {publish(warehouse)}"])
    except Refusal as refusal:
        return "\n".join(refusal.lines)
    except Exception as error:
        return fault(error)
    return ""
