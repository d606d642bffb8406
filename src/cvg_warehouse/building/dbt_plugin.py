"""What `dbt build` needs to publish: functions that its last hook calls in SQL.

profiles.yml names this module; `macros/publication.sql` calls the functions.
"""

import atexit
import weakref
from collections.abc import Iterable

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from cvg_warehouse.terminal import Refusal, complain, fault


class Plugin(BasePlugin):
    """Puts the functions into the warehouse's connection; they are not kept in its file."""

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
