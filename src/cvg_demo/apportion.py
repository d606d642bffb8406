"""Whole numbers that print right: rounded shares, their bases, and quotas dealt out by weight.

Shares are in whole percent, rounded half up on the exact ratio, as the report prints them. Ratios
that lie exactly between two percents are never used: nobody agrees on how to round them.
"""

import heapq
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def prints_as(part: int, whole: int, percent: float) -> bool:
    """Whether `part` of `whole` is printed as `percent`, and is no tie."""
    if whole <= 0:
        return False
    tie = (200 * part) % (2 * whole) == whole
    return not tie and (200 * part + whole) // (2 * whole) == percent


def possible_wholes(part: int, percent: float, candidates: Iterable[int]) -> list[int]:
    """The candidate wholes of which `part` is printed as `percent`."""
    return [whole for whole in candidates if prints_as(part, whole, percent)]


def possible_parts(whole: int, percent: float) -> list[int]:
    """All parts of `whole` that are printed as `percent`, ascending."""
    low = max(0, int((percent - 1) * whole / 100))
    high = min(whole, int((percent + 1) * whole / 100) + 1)
    return [part for part in range(low, high + 1) if prints_as(part, whole, percent)]


def nearest_part(whole: int, percent: float) -> int:
    """The part of `whole` that lies nearest to `percent`."""
    return int(whole * percent / 100 + 0.5)


def at_position(position: float, candidates: Sequence[int]) -> int:
    """The candidate at a relative position, 0 the first and 1 the last.

    Raises ValueError where there is no candidate.
    """
    if not candidates:
        raise ValueError("no whole number fits the printed figures")
    return candidates[int(position * (len(candidates) - 1) + 0.5)]


def apportion(
    total: int,
    weights: Sequence[float],
    low: Sequence[int] | None = None,
    high: Sequence[int] | None = None,
) -> list[int]:
    """Deal `total` units out in proportion to the weights, within bounds (Sainte-Laguë).

    Raises ValueError where the bounds leave no solution.
    """
    shares = list(low) if low else [0] * len(weights)
    limits = list(high) if high else [total] * len(weights)
    missing = total - sum(shares)
    room = sum(max(0, limit - share) for limit, share in zip(limits, shares, strict=True))
    if missing < 0 or missing > room:
        raise ValueError(f"{total} units do not fit between {sum(shares)} and {sum(limits)}")

    def claim(i: int) -> tuple[float, int]:
        return ((2 * shares[i] + 1) / max(weights[i], 1e-9), i)

    queue = [claim(i) for i in range(len(shares)) if shares[i] < limits[i]]
    heapq.heapify(queue)
    for _ in range(missing):
        _, i = heapq.heappop(queue)
        shares[i] += 1
        if shares[i] < limits[i]:
            heapq.heappush(queue, claim(i))
    return shares


def share_out(total: int, weights: Mapping[K, float]) -> dict[K, int]:
    """`apportion` by key, without bounds. No weights, no parts."""
    if not weights:
        return {}
    return dict(zip(weights, apportion(total, list(weights.values())), strict=True))


def scaled(counts: Mapping[K, int], factor: float) -> dict[K, int]:
    """The counts times a factor, rounded so that their sum is; a factor of 1 changes nothing."""
    return share_out(round(sum(counts.values()) * factor), counts)


def repeated(counts: Mapping[K, int]) -> list[K]:
    """Every key as often as counted, in the order of the keys."""
    return [key for key, number in counts.items() for _ in range(number)]
