"""Refuses a wheel: the models, seeds and contracts that the package needs stay in the checkout."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FromTheCheckout(BuildHookInterface):
    """Lets pass the editable install that `make` does, and no other."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Stop with one line unless the package stays where it is."""
        if version != "editable":
            self.app.abort("cvg-warehouse runs from its checkout: use make build, not a wheel")
