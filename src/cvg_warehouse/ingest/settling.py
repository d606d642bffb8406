"""Which row of a key is loaded: the latest of its sender's, among those of this run and all before.

A row of the *history* is every row that was ever taken in, as it is stored: the columns of the
consolidated export, its local identifiers, its number space, its sender and the order of its
delivery. The exports hold the latest of each key; the others are what later ones replaced.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import polars as pl

from cvg_warehouse.contracts.exports import LINEAGE, consolidated_columns, contract_of
from cvg_warehouse.ingest.findings import Correction, Finding
from cvg_warehouse.ingest.identities import (
    DELIVERY,
    FILE,
    LOCAL,
    ORDER,
    ROW,
    SENDER,
    SHEET,
    SPACE,
    identifiers_of,
    numbers_of_worksites,
)
from cvg_warehouse.ingest.reading import LIKE, LINE

IS_NEW, REASON = "_is_new", "_reason"
UNDATED = "0000-00-00"
ABOUT = (SPACE, SENDER, DELIVERY, ORDER)
Row = dict[str, Any]


@dataclass(frozen=True)
class Conflict:
    """A new row that disagrees with another one in a way that no rule decides."""

    row: int
    column: str
    check_id: str
    other: str
    """Where the other row stands."""


@dataclass(frozen=True)
class Leaving:
    """Rows of the history that go into quarantine, by a mask over it, with column and check."""

    mask: pl.Series
    column: str
    check_id: str


@dataclass
class Settled:
    """One export after the run."""

    latest: pl.DataFrame = field(default_factory=pl.DataFrame)
    """The rows that are loaded: history columns, and `_row` of those of this run."""
    history: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Every row that was taken in, these among them."""
    replaced: pl.DataFrame = field(default_factory=pl.DataFrame)
    """The rows that a later one with other values replaced."""
    expelled: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Earlier rows that go into quarantine now: history columns, and the reason in `_reason`."""
    overtaken: list[int] = field(default_factory=list)
    """`_row` of the new rows whose key a later delivery has."""
    corrections: list[Correction] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    notices: list[Finding] = field(default_factory=list)


def history_columns(export: str) -> list[str]:
    """Columns of the history of an export, in order; all are texts."""
    local = [LOCAL + name for name in identifiers_of(export)]
    likes = [LIKE + name for name in numbers_of_worksites(export)]
    return [*(column.name for column in consolidated_columns(export)), *local, *likes, *ABOUT]


def stored_columns(export: str, rows: pl.DataFrame) -> pl.DataFrame:
    """New rows as they stand in the history, and their positions."""
    columns = []
    for column in contract_of(export).kept:
        value = pl.col(column.name)
        columns.append(
            (value.str.head(4) if column.treatment == "year" else value).alias(column.stored_as)
        )
    comes_back = pl.col("_fichier_source") != ""
    place = (pl.col(FILE), pl.col(SHEET), pl.col(LINE).cast(pl.String))
    lineage = [
        pl.when(comes_back).then(pl.col(f"_{origin}")).otherwise(here).alias(origin)
        for origin, here in zip(LINEAGE, place, strict=True)
    ]
    local = [LOCAL + name for name in identifiers_of(export)]
    likes = [LIKE + name for name in numbers_of_worksites(export)]
    return rows.select(*columns, *lineage, *local, *likes, *ABOUT, ROW)


def settle(
    export: str,
    history: pl.DataFrame,
    good: pl.DataFrame,
    leaving: Iterable[Leaving],
) -> Settled:
    """Put the new rows that are good among those of the history.

    `leaving` says which rows of the history go into quarantine now, and why.
    """
    settled = Settled()
    key = list(contract_of(export).key)
    new = stored_columns(export, good).with_columns(pl.lit(True).alias(IS_NEW))
    old = _expel(export, settled, history.select(history_columns(export)), leaving)
    # The same delivery read again: its rows are taken anew, each at its place.
    same_place = [DELIVERY, "feuille_source", "ligne_source"]
    old = old.join(new.select(same_place), on=same_place, how="anti", maintain_order="left")
    old = old.with_columns(pl.lit(None, pl.UInt32).alias(ROW), pl.lit(False).alias(IS_NEW))
    rows = pl.concat([old, new], how="vertical_relaxed").with_row_index("_at")

    values = [column.name for column in consolidated_columns(export) if column.name not in LINEAGE]
    refused = _conflicts(export, rows, key, values, settled)
    if refused:
        gone = rows.filter(pl.col("_at").is_in(refused) & ~pl.col(IS_NEW))
        gone = _as_expelled(gone.select(history_columns(export)), key[-1], "other_sender")
        settled.expelled = pl.concat([settled.expelled, gone])
        rows = rows.filter(~pl.col("_at").is_in(refused))

    # Sorted by position alone: a frame of all columns in another order would double the memory.
    at = rows.select(*key, ORDER, IS_NEW, pl.int_range(pl.len(), dtype=pl.UInt32).alias("_place"))
    at = at.sort(*key, ORDER, IS_NEW, "_place")
    is_last = (pl.struct(key) != pl.struct(key).shift(-1)).fill_null(True)
    at = at.with_columns(is_last.alias("_is_last"))
    last, others = at.filter("_is_last")["_place"], at.filter(~pl.col("_is_last"))["_place"]
    settled.history = rows.select(*history_columns(export))
    settled.latest = rows[last].drop("_at") if len(others) else rows.drop("_at")
    if len(last) != rows.select(key).n_unique():
        raise AssertionError(f"{export}: a key has two rows")
    settled.overtaken = rows[others][ROW].drop_nulls().to_list()
    replaced = []
    for group in _disagreeing(rows, key, values):
        for older, newer in pairwise(group):
            differing = tuple(column for column in values if older[column] != newer[column])
            # Rows of one delivery differ where the rules of reading have changed since.
            if differing and older[ORDER] != newer[ORDER]:
                settled.corrections.append(_correction(export, key, differing, older, newer))
                replaced.append(older)
    settled.replaced = pl.DataFrame(replaced, schema=rows.schema)
    return settled


def place_of(row: Row) -> str:
    """Where a row stood: file, sheet where there is one, and line."""
    return ":".join(part for part in (row[name] for name in LINEAGE) if part)


def _expel(
    export: str, settled: Settled, history: pl.DataFrame, leaving: Iterable[Leaving]
) -> pl.DataFrame:
    """The rows of the history that stay; those that leave are noted with their reasons."""
    stays = pl.repeat(True, history.height, eager=True)
    expelled = [pl.DataFrame(schema=dict.fromkeys([*history_columns(export), REASON], pl.String))]
    for one in leaving:
        gone = history.filter(stays & one.mask)
        stays &= ~one.mask
        if gone.height:
            expelled.append(_as_expelled(gone, one.column, one.check_id))
            settled.notices += [
                _notice(export, row, one.column, one.check_id) for row in gone.rows(named=True)
            ]
    settled.expelled = pl.concat(expelled)
    return history.filter(stays)


def _as_expelled(rows: pl.DataFrame, column: str, check_id: str) -> pl.DataFrame:
    return rows.with_columns(pl.lit(f"{column}:{check_id}").alias(REASON))


def _conflicts(
    export: str, rows: pl.DataFrame, key: list[str], values: list[str], settled: Settled
) -> list[int]:
    """Positions (`_at`) of rows that may not stand beside the others of their key.

    Of two senders who disagree the worksite itself is right, or else who delivered the row first;
    and nothing says that a delivery without a date is later than one with a date.
    """
    refused: list[int] = []
    for group in _disagreeing(rows, key, values):
        keeper = _keeper(group)
        kept = [row for row in group if row[SENDER] == keeper]
        for row in group:
            if row[SENDER] == keeper:
                continue
            if all(row[column] == kept[-1][column] for column in values):
                continue
            refused.append(row["_at"])
            _hold(export, settled, row, key[-1], "other_sender", kept[-1])
            settled.notices.append(
                _notice(export, kept[-1], key[-1], "disagrees_with_other_sender", place_of(row))
            )
        dated = [row for row in kept if not row[ORDER].startswith(UNDATED)]
        for row in kept if dated else ():
            differs = any(row[column] != dated[-1][column] for column in values)
            if row[IS_NEW] and row[ORDER].startswith(UNDATED) and differs:
                refused.append(row["_at"])
                _hold(export, settled, row, key[-1], "delivery_date_needed", dated[-1])
    return refused


def _keeper(group: list[Row]) -> str:
    """The sender whose rows of a key stand."""
    own = {row[SENDER] for row in group if row[SENDER] in (row.get("chantier"), row[SPACE])}
    if len(own) == 1:
        return own.pop()
    return str(min(group, key=lambda row: (row[IS_NEW], row[ORDER]))[SENDER])


def _hold(export: str, settled: Settled, row: Row, column: str, check_id: str, other: Row) -> None:
    if row[IS_NEW]:
        settled.conflicts.append(Conflict(row[ROW], column, check_id, place_of(other)))
    else:
        settled.notices.append(_notice(export, row, column, check_id, place_of(other)))


def _notice(export: str, row: Row, column: str, check_id: str, other: str = "") -> Finding:
    return Finding(
        row["fichier_source"],
        row["feuille_source"],
        int(row["ligne_source"] or 0),
        column,
        check_id,
        row[SENDER],
        export,
        other,
    )


def _disagreeing(rows: pl.DataFrame, key: list[str], values: list[str]) -> Iterator[list[Row]]:
    """The rows of each key whose rows differ, the earliest first."""
    shared = rows.filter(pl.struct(key).is_duplicated())
    differing = shared.filter(pl.struct(values).n_unique().over(key) > 1)
    for _, group in differing.sort(ORDER, IS_NEW, "_at").group_by(key, maintain_order=True):
        yield group.rows(named=True)


def _correction(
    export: str, key: list[str], columns: tuple[str, ...], older: Row, newer: Row
) -> Correction:
    return Correction(
        export=export,
        key=" / ".join(older[column] for column in key),
        columns=columns,
        old_file=older["fichier_source"],
        old_sheet=older["feuille_source"],
        old_line=int(older["ligne_source"] or 0),
        new_file=newer["fichier_source"],
        new_sheet=newer["feuille_source"],
        new_line=int(newer["ligne_source"] or 0),
        is_new=older[IS_NEW] or newer[IS_NEW],
    )
