"""What a page is shown with, whatever the page."""

import os
from dataclasses import dataclass, field

from cvg_warehouse.reading.blocks import Choice
from cvg_warehouse.reading.data import Edition
from cvg_warehouse.reading.texts import Language, say
from dashboards.addresses import Query, query_of


@dataclass(frozen=True)
class View:
    """What a page is shown with. `address` is the app's, without a page.

    `page_filters` has the filters that only this page has, by their names in the address.
    """

    edition: Edition
    choice: Choice
    language: Language
    address: str
    docs_url: str = field(default_factory=lambda: os.environ.get("CVG_DOCS_URL", ""))
    page_filters: Query = field(default_factory=dict)

    @property
    def query(self) -> Query:
        """All filters as they stand in the address bar."""
        return {**query_of(self.choice, self.language), **self.page_filters}

    def say(self, key: str, *values: object) -> str:
        """A text in the view's language."""
        return say(self.language, key, *values)
