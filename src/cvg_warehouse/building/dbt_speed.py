"""Spares a dbt run a seventh of its time; profiles.yml names this module.

A run is bound by what dbt does in Python between the queries. Three parts of that serve nobody.
"""

import atexit
import gc
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.tracking import track_behavior_change_warn
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager
from duckdb import DuckDBPyConnection

# Python's own is 700: dbt makes that many objects for a query, and keeps most of them.
OBJECTS_PER_ROUND = 50_000


class HeardEvents(EventManager):
    """Writes messages for those who listen only: not for debugging, where nobody does."""

    def __init__(self, of_before: EventManager) -> None:
        super().__init__()
        vars(self).update(vars(of_before))

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: object = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        """As in dbt, which would put each event into words before it asks whom they are for."""
        if (level or e.level_tag()) != EventLevel.DEBUG or self._is_debugged():
            super().fire_event(e, level, node, force_warn_or_error_handling)

    def _is_debugged(self) -> bool:
        # dbt always listens itself, to one kind of warning.
        others = [callback for callback in self.callbacks if callback != track_behavior_change_warn]
        return bool(others) or any(logger.level == EventLevel.DEBUG for logger in self.loggers)


class Plugin(BasePlugin):
    """Set up once, before the first query."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Look for garbage seldom, and not in dbt itself, which stays; take DuckDB's settings."""
        self.settings = plugin_config
        gc.freeze()
        gc.set_threshold(OBJECTS_PER_ROUND)
        atexit.register(gc.unfreeze)
        ctx_set_event_manager(HeardEvents(get_event_manager()))

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Set DuckDB up once for all: `settings` in profiles.yml are set again at each step."""
        for name, value in self.settings.items():
            conn.execute(f"set global {name} = '{value}'")
