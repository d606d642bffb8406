"""Seeded draws that give the same result on every Python.

Only `random`, `shuffle` and `sample` of `random.Random` are used: their streams are stable.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from cvg_demo.apportion import K, repeated

T = TypeVar("T")

SATURDAY = 5


def stream(seed: int, *names: object) -> Random:
    """An independent stream of random numbers for one purpose."""
    return Random("|".join(map(str, (seed, *names))))


def opaque_code(seed: int, kind: str, number: int, size: int) -> str:
    """A code of so many bytes in hex digits, the same for the same seed, kind and number."""
    return hashlib.blake2s(f"{seed}|{kind}|{number}".encode(), digest_size=size).hexdigest()


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


def draw(
    rng: Random,
    items: Sequence[T],
    number: int,
    weight: Callable[[T], float] | None = None,
) -> list[T]:
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


def shuffled(rng: Random, items: Sequence[T]) -> list[T]:
    """The items in a random order."""
    return rng.sample(items, len(items))


def shuffled_repeats(rng: Random, counts: Mapping[K, int]) -> list[K]:
    """Every key as often as counted, in a random order."""
    keys = repeated(counts)
    rng.shuffle(keys)
    return keys


def favouring(rng: Random, items: Sequence[T], weights: Mapping[T, float]) -> list[T]:
    """The items in a random order, where heavier ones tend to come first."""
    keys = [rng.random() * weights[item] for item in items]
    order = sorted(range(len(items)), key=lambda index: -keys[index])
    return [items[index] for index in order]


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
