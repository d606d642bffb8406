"""Disclosure control of the public edition: masks, and their proof by attack."""

from cvg_warehouse.publication.disclosure.proof import Exposure
from cvg_warehouse.publication.disclosure.publication import Protected, protect_warehouse

__all__ = ["Exposure", "Protected", "protect_warehouse"]
