"""Exports of before, whose identifiers were one number space, as exports of today.

What was stored then is the local pseudonym of today, and the row's worksite says whose number it
is. People who had one number at two worksites are two from now on, and stand on the review list.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from cvg_warehouse.contracts.exports import EXPORTS, consolidated_columns
from cvg_warehouse.ingest.combining import Before, combine
from cvg_warehouse.ingest.findings import LikelyDuplicate
from cvg_warehouse.ingest.identities import (
    DELIVERY,
    LOCAL,
    ORDER,
    PEOPLE,
    SENDER,
    SPACE,
    identifiers_of,
    numbers_of_worksites,
    with_stored_identifiers,
)
from cvg_warehouse.ingest.landing import REPLACED
from cvg_warehouse.ingest.pseudonyms import delivery_id
from cvg_warehouse.ingest.quarantine import Quarantine
from cvg_warehouse.ingest.reading import LIKE
from cvg_warehouse.ingest.senders import shared_spaces, worksite_in
from cvg_warehouse.ingest.settling import UNDATED, history_columns
from cvg_warehouse.ingest.store import FORMAT, Store
from cvg_warehouse.terminal import Refusal, shown

EARLIEST = f"{UNDATED} 000000"


@dataclass
class Migrated:
    """What a migration did, or would do."""

    rows: dict[str, int]
    """Rows of each export afterwards."""
    split: int
    """People who had one number at several worksites."""
    waiting: int
    """Rows that go into quarantine, because nobody can say whose number they hold."""


def migrate(store: Store, key: bytes, dry_run: bool = False) -> Migrated:
    """Give the exports of a store the identifiers of today; `dry_run` writes nothing.

    Raises Refusal where there is nothing to migrate.
    """
    if not store.manifest:
        raise Refusal(f"{shown(store.out)}: no ingest has written here; name its --out folder")
    if store.manifest.get("format") == FORMAT:
        raise Refusal(f"{shown(store.out)}: is migrated already; nothing to do")
    store.manifest = store.manifest | {
        "format": FORMAT,
        "files": [_with_sender(file, key) for file in store.manifest.get("files", [])],
    }
    # Of several files under one path the exports hold what the latest said.
    latest = sorted(store.sent_before().values(), key=lambda one: one.order)
    paths = {file["delivery"]: file["path"] for file in store.files}
    sent = store.sent_before() | {paths[one.delivery]: one for one in latest}
    raw = {name: _rows_of(store, name) for name in EXPORTS}
    worksites = _worksites_of_pathways(raw)
    history = {name: _as_history(name, rows, worksites, sent, key) for name, rows in raw.items()}
    people = pl.DataFrame(schema=dict.fromkeys(PEOPLE, pl.String))
    combined = combine([], sent, Before(history, people), key)
    split = _split(combined.exports["salaries"].all_rows)
    combined = replace(combined, duplicates=split)
    if not dry_run:
        kept = Quarantine(store.quarantine, sent, key, combined.names)
        store.write(combined, store.manifest, kept)
    return Migrated(
        {name: export.all_rows.height for name, export in combined.exports.items()},
        len(split),
        sum(export.settled.expelled.height for export in combined.exports.values()),
    )


def _with_sender(file: dict[str, Any], key: bytes) -> dict[str, Any]:
    named = worksite_in(file["path"])
    known = sorted({code for sheet in file["sheets"] for code in sheet["worksites"]})
    return file | {
        "delivery": delivery_id(key, file["path"], file["sha256"]),
        "worksite": named,
        "numbers_of": named or (known[0] if len(known) == 1 else ""),
    }


def _rows_of(store: Store, name: str) -> pl.DataFrame:
    """The rows of an export and, before them, those that it replaced."""
    columns = [column.name for column in consolidated_columns(name)]
    frames = []
    for file, is_old in ((store.quarantine / REPLACED / f"{name}.csv", True), _export(store, name)):
        if file.is_file():
            rows = pl.read_csv(file, infer_schema=False, empty_string_is_null=False)
            frames.append(rows.select(columns).fill_null("").with_columns(_is_old=pl.lit(is_old)))
    schema: dict[str, Any] = dict.fromkeys(columns, pl.String) | {"_is_old": pl.Boolean}
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def _export(store: Store, name: str) -> tuple[Path, bool]:
    return store.out / f"{name}.csv", False


def _worksites_of_pathways(raw: dict[str, pl.DataFrame]) -> dict[str, str]:
    """The worksite of each pathway that has one alone."""
    pairs = raw["salaries"].select("id_parcours", "chantier").unique()
    alone = pairs.filter(pl.col("chantier").n_unique().over("id_parcours") == 1)
    return dict(alone.rows())


def _as_history(
    name: str, rows: pl.DataFrame, worksites: dict[str, str], sent: dict[str, Any], key: bytes
) -> pl.DataFrame:
    def told(what: str, default: str) -> pl.Expr:
        values = {path: getattr(one, what) for path, one in sent.items()}
        return pl.col("fichier_source").replace_strict(values, default=default)

    worksite = pl.col("chantier") if "chantier" in rows.columns else pl.lit("")
    numbers_of = pl.when(worksite != "").then(worksite).otherwise(told("numbers_of", ""))
    if "id_parcours" in rows.columns and name != "salaries":
        of_pathway = pl.col("id_parcours").replace_strict(worksites, default="")
        numbers_of = pl.when(of_pathway != "").then(of_pathway).otherwise(numbers_of)
    is_team = "territoire" in rows.columns and name in ("actions", "ateliers")
    speaks = pl.col("territoire") if is_team else numbers_of
    named = told("worksite", "")
    order = pl.when("_is_old").then(pl.lit(EARLIEST)).otherwise(told("order", EARLIEST))
    rows = rows.with_columns(
        *(pl.col(column).alias(LOCAL + column) for column in identifiers_of(name)),
        pl.when(named != "").then(named).otherwise(speaks).alias(SENDER),
        numbers_of.replace(shared_spaces()).alias(SPACE),
        told("delivery", "").alias(DELIVERY),
        order.alias(ORDER),
        *(pl.lit("").alias(LIKE + column) for column in numbers_of_worksites(name)),
    )
    return with_stored_identifiers(name, rows, key).select(history_columns(name))


def _split(salaries: pl.DataFrame) -> list[LikelyDuplicate]:
    """People who had one number at several worksites."""
    number = LOCAL + "id_salarie"
    shared = salaries.filter(pl.col("id_salarie").n_unique().over(number) > 1)
    return [
        LikelyDuplicate(
            "same_number_before",
            tuple(sorted(set(group["id_salarie"]))),
            tuple(sorted(set(group["chantier"]))),
        )
        for _, group in shared.group_by(number, maintain_order=True)
    ]
