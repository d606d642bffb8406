"""The pages and what they show: pages.toml, read and checked."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, get_args

from cvg_warehouse.reading.blocks import Block, Shape, Years
from cvg_warehouse.reading.data import Measure
from dashboards.addresses import INDICATORS, PLACE, POPULATION, YEAR

FILE = Path(__file__).with_name("pages.toml")
ALLOWED_VALUES = {"shape": get_args(Shape), "years": get_args(Years)}
ANY_VALUE = "%"


@dataclass(frozen=True)
class Page:
    """A page: `page_<key>` and `lead_<key>` are its texts, `path` its place in the address.

    `filters` are those that change what it shows, by their names in the address.
    """

    key: str
    path: str
    group: str = ""
    blocks: tuple[Block, ...] = ()
    filters: tuple[str, ...] = (YEAR, PLACE, POPULATION, INDICATORS)


def read_pages(text: str) -> tuple[Page, ...]:
    """The pages of a TOML text. Raises `ValueError` saying which page, which block and what."""
    read = tomllib.loads(text)
    _check_known(read, ("shared", "page"), "pages")
    shared = {
        key: _block({"key": key, **block}, "shared")
        for key, block in read.get("shared", {}).items()
    }
    pages = tuple(_page(page, shared) for page in read.get("page", ()))
    _check_unique((page.key for page in pages), "pages: key")
    _check_unique((page.path for page in pages), "pages: path")
    return pages


def _page(read: Mapping[str, Any], shared: Mapping[str, Block]) -> Page:
    where = f"page {read.get('key')!r}"
    _check_keys(read, Page, where)
    blocks = tuple(_named_or_own(block, shared, where) for block in read.get("blocks", ()))
    _check_unique((block.key for block in blocks), f"{where}: block")
    filters = tuple(read.get("filters", Page.filters))
    return Page(**{**read, "filters": filters, "blocks": blocks})


def _named_or_own(read: str | Mapping[str, Any], shared: Mapping[str, Block], where: str) -> Block:
    if not isinstance(read, str):
        return _block(read, where)
    if read not in shared:
        raise ValueError(f"{where}: no block {read!r} under [shared]")
    return shared[read]


def _block(read: Mapping[str, Any], where: str) -> Block:
    where = f"{where}, block {read.get('key')!r}"
    _check_keys(read, Block, where)
    for name, allowed in ALLOWED_VALUES.items():
        if read.get(name, allowed[0]) not in allowed:
            raise ValueError(f"{where}: {name} {read[name]!r} is none of {', '.join(allowed)}")
    measures = tuple(_measure(text) for text in read["measures"])
    populations = tuple(read.get("populations", ()))
    return Block(**{**read, "measures": measures, "populations": populations})


def _measure(text: str) -> Measure:
    indicator_id, _, pattern = text.partition(":")
    return Measure(indicator_id, pattern or ANY_VALUE)


def _check_keys(read: Mapping[str, Any], kind: type, where: str) -> None:
    """Every key is a field of the dataclass `kind`, and every field without a default is there."""
    _check_known(read, [field.name for field in fields(kind)], where)
    for field in fields(kind):
        if field.default is MISSING and field.name not in read:
            raise ValueError(f"{where}: no {field.name}")


def _check_known(read: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    if unknown := ", ".join(sorted(read.keys() - set(known))):
        raise ValueError(f"{where}: unknown key {unknown}; known are {', '.join(known)}")


def _check_unique(names: Iterable[str], where: str) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise ValueError(f"{where} {name!r} is there {times} times")


PAGES = read_pages(FILE.read_text(encoding="utf-8"))
