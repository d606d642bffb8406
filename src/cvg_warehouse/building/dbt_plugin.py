"""What `dbt build` needs to publish: functions that its last hook calls in SQL.

profiles.yml names this module; `macros/publication.sql` calls the functions.
"""

import weakref

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags
from duckdb import DuckDBPyConnection

from cvg_warehouse.terminal import Refusal, complain, fault


class Plugin(BasePlugin):
    """Puts the functions into the warehouse's connection; they are not kept in its file."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Give `dbt build` `code_version()` and `publish_edition()`, which says why it did not."""
        # Other commands never publish, and sqlfluff's would complain of functions at its end.
        if getattr(get_flags(), "WHICH", None) != "build":
            return
        # A function that held its connection would keep it open for ever.
        connection = weakref.ref(conn)

        def publish_edition() -> str:
            return _publish(connection())

        conn.create_function("code_version", _code_version, [], "VARCHAR", side_effects=True)
        conn.create_function("publish_edition", publish_edition, [], "VARCHAR", side_effects=True)


def _code_version() -> str:
    from cvg_warehouse.publication.editions.origin import code_version

    return code_version()


def _publish(connection: DuckDBPyConnection) -> str:
    from cvg_warehouse.publication.editions.publishing import publish

    try:
        with connection.cursor() as warehouse:
            complain([f"Edition {publish(warehouse)}"])
    except Refusal as refusal:
        return "\n".join(refusal.lines)
    except Exception as error:
        return fault(error)
    return ""
