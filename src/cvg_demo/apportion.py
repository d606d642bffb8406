"""Whole numbers that print right: rounded shares, their bases, and quotas dealt out by weight.

Shares are in whole percent, rounded half up on the exact ratio, as the report prints them. Ratios
that lie exactly between two percents are never used: nobody agrees on how to round them.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


def shows(part: int, whole: int, percent: float) -> bool:
    """Whether `part` of `whole` is printed as `percent`, and is no tie."""
    if whole <= 0:
        return False
    tie = (200 * part) % (2 * whole) == whole
    return not tie and (200 * part + whole) // (2 * whole) == percent


def bases(part: int, percent: float, candidates: Iterable[int]) -> list[int]:
    """The candidate wholes of which `part` is printed as `percent`."""
    return [whole for whole in candidates if shows(part, whole, percent)]


def parts(whole: int, percent: float) -> list[int]:
    """All parts of `whole` that are printed as `percent`, ascending."""
    low = max(0, int((percent - 1) * whole / 100))
    high = min(whole, int((percent + 1) * whole / 100) + 1)
    return [part for part in range(low, high + 1) if shows(part, whole, percent)]


def nearest_part(whole: int, percent: float) -> int:
    """The part of `whole` that lies nearest to `percent`."""
    return int(whole * percent / 100 + 0.5)


def at(position: float, candidates: Sequence[int]) -> int:
    """The candidate at a relative position, 0 the first and 1 the last."""
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


def apportion_by_name(total: int, weights: dict[str, float]) -> dict[str, int]:
    """`apportion` for named weights without bounds."""
    return dict(zip(weights, apportion(total, list(weights.values())), strict=True))


def draw(
    rng: Random,
    items: Sequence[Item],
    number: int,
    weight: Callable[[Item], float] | None = None,
) -> list[Item]:
    """Draw `number` distinct items, those of more weight likelier.

    Raises ValueError where there are fewer items than asked for.
    """
    if number > len(items):
        raise ValueError(f"{number} asked of {len(items)}")
    if weight is None:
        return rng.sample(items, number)
    keyed = [(rng.random() ** (1 / max(weight(item), 1e-6)), i) for i, item in enumerate(items)]
    keyed.sort(reverse=True)
    return [items[i] for _, i in keyed[:number]]


def pick(rng: Random, weights: dict[str, float]) -> str:
    """One name, those of more weight likelier."""
    ticket = rng.random() * sum(weights.values())
    for name, weight in weights.items():
        ticket -= weight
        if ticket < 0:
            return name
    return name


def shuffled(rng: Random, counts: dict[str, int]) -> list[str]:
    """Every name as often as counted, in random order."""
    names = [name for name, number in counts.items() for _ in range(number)]
    rng.shuffle(names)
    return names
