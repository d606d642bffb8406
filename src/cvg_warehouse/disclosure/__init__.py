"""Disclosure control of the public edition: masks, and their proof by attack."""

from cvg_warehouse.disclosure.proof import Exposure
from cvg_warehouse.disclosure.publication import Protected, protect_warehouse

__all__ = ["Exposure", "Protected", "protect_warehouse"]
