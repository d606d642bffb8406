"""Seeded draws and exact splits that give the same result on every Python.

Only `random`, `shuffle` and `sample` of `random.Random` are used: their streams are stable.
"""

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from cvg_demo.apportion import apportion

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

SATURDAY = 5


def stream(seed: int, *names: object) -> Random:
    """An independent stream of random numbers for one purpose."""
    return Random("|".join(map(str, (seed, *names))))


def opaque_code(prefix: str, seed: int, number: int) -> str:
    """A code that tells nothing but is always the same, e.g. `action-fe0faa59f8c84d0b`."""
    digest = hashlib.blake2s(f"{seed}|{prefix}|{number}".encode(), digest_size=8)
    return f"{prefix}-{digest.hexdigest()}"


def pick(rng: Random, items: Sequence[T]) -> T:
    """One of the items, each as likely."""
    return items[int(rng.random() * len(items))]


def pick_early(rng: Random, items: Sequence[T]) -> T:
    """One of the items, the first ones more likely."""
    return items[int(rng.random() * rng.random() * len(items))]


def pick_weighted(rng: Random, weights: Mapping[K, int]) -> K:
    """One of the keys, in proportion to its weight.

    Raises ValueError where no key has any.
    """
    mark = int(rng.random() * sum(weights.values()))
    for key, weight in weights.items():
        if mark < weight:
            return key
        mark -= weight
    raise ValueError("nothing to pick from: no weight is left")


def shuffled(rng: Random, items: Sequence[T]) -> list[T]:
    """The items in a random order."""
    return rng.sample(items, len(items))


def favouring(rng: Random, items: Sequence[T], weights: Mapping[T, float]) -> list[T]:
    """The items in a random order, where heavier ones tend to come first."""
    keys = [rng.random() * weights[item] for item in items]
    order = sorted(range(len(items)), key=lambda index: -keys[index])
    return [items[index] for index in order]


def share_out(total: int, weights: Mapping[K, float]) -> dict[K, int]:
    """`total` split in proportion to the weights; it adds up exactly. No weights, no parts."""
    if not weights:
        return {}
    return dict(zip(weights, apportion(total, list(weights.values())), strict=True))


def scaled(counts: Mapping[K, int], factor: float) -> dict[K, int]:
    """The counts times a factor, rounded so that their sum is; a factor of 1 changes nothing."""
    return share_out(round(sum(counts.values()) * factor), counts)


def split_between(rng: Random, total: int, low: int, high: int, mean: int) -> list[int]:
    """`total` as a list of numbers from `low` to `high` of about the given mean, most of them low.

    The sum is exact; the list is empty where `total` is less than `low`.
    """
    if total < low:
        return []
    parts = [low] * max(round(total / mean), 1)
    while total > high * len(parts):
        parts.append(low)
    missing = total - sum(parts)
    room = [int(rng.random() * rng.random() * (high - low + 1)) for _ in parts]
    if sum(room) < missing:
        room = [high - low] * len(parts)
    places = [index for index, number in enumerate(room) for _ in range(number)]
    for index in rng.sample(places, missing):
        parts[index] += 1
    return parts


def working_day(rng: Random, first: date, last: date) -> date:
    """A day from Monday to Friday between two days, or the first where there is none."""
    day = first + timedelta(days=int(rng.random() * ((last - first).days + 1)))
    while day.weekday() >= SATURDAY and day < last:
        day += timedelta(days=1)
    while day.weekday() >= SATURDAY and day > first:
        day -= timedelta(days=1)
    return day
