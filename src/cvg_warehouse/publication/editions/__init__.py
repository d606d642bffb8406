"""Editions: what is published of a warehouse, in read-only files that never change.

The folder holds one file per edition and audience, and `current.json`, which names the edition that
readers open next.
"""

from cvg_warehouse.publication.editions.pointer import AUDIENCES
from cvg_warehouse.publication.editions.reading import (
    current_edition,
    open_edition,
    open_kept,
)

__all__ = ["AUDIENCES", "current_edition", "open_edition", "open_kept"]
