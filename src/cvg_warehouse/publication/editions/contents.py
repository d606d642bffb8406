"""What an edition holds: the models of `models/published`, whose contracts describe its tables."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

import duckdb
import yaml

from cvg_warehouse.paths import PROJECT
from cvg_warehouse.publication.disclosure import Protected
from cvg_warehouse.publication.editions.masking import MASKED_CELLS, MASKED_TABLES
from cvg_warehouse.publication.editions.origin import Origin
from cvg_warehouse.terminal import Refusal

MODELS = PROJECT / "models" / "published"
PREFIX = "edition__"
"""A model with this prefix is a table of the edition, under the name behind it."""
CELLS, RECORD = "mart_indicators", "edition"
TYPES = {
    "string": "VARCHAR",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
}


@dataclass(frozen=True)
class Table:
    """A table of an edition."""

    columns: dict[str, str]
    """DuckDB type by column, in order."""
    key: tuple[str, ...]
    """The primary key."""


@dataclass(frozen=True)
class Record:
    """What an edition says of itself."""

    edition_id: str
    published_at: datetime
    """In UTC, without a time zone."""
    origin: Origin
    previous_edition_id: str | None


@cache
def tables() -> dict[str, Table]:
    """The tables of an edition by name, read from the models' descriptions."""
    found = {}
    for file in sorted(MODELS.glob(f"{PREFIX}*.yml")):
        (model,) = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
        (key,) = (test["primary_key"] for test in model["data_tests"] if "primary_key" in test)
        columns = {column["name"]: TYPES[column["data_type"]] for column in model["columns"]}
        table = Table(columns, tuple(key["arguments"]["columns"]))
        found[model["name"].removeprefix(PREFIX)] = table
    if not {CELLS, RECORD, *MASKED_TABLES} <= found.keys():
        raise Refusal(
            "models/published: does not hold the models of an edition; restore the folder"
        )
    return found


def fill(
    warehouse: duckdb.DuckDBPyConnection,
    audience: str,
    record: Record,
    protected: Protected | None,
) -> None:
    """Write all tables of an edition into the database that is attached as `edition`.

    The internal edition is what the published models hold. For the public one, `protected` has the
    cells; what follows from masked cells is masked with them.
    """
    for table, described in tables().items():
        columns = ", ".join(f"{name} {kind}" for name, kind in described.columns.items())
        warehouse.execute(f"create table edition.{table} ({columns})")
    queries = {table: f"select * from {PREFIX}{table}" for table in tables()}
    if protected is not None:
        warehouse.register("protected_cells", protected.mart_indicators.to_arrow())
        queries |= {CELLS: MASKED_CELLS} | MASKED_TABLES
    # The cells first: what else is shown depends on them.
    for table in sorted(queries, key=lambda table: table != CELLS):
        if table != RECORD:
            warehouse.execute(f"insert into edition.{table} by name {queries[table]}")
    _write_record(warehouse, audience, record, protected)


def _write_record(
    warehouse: duckdb.DuckDBPyConnection,
    audience: str,
    record: Record,
    protected: Protected | None,
) -> None:
    known = {
        "edition_id": record.edition_id,
        "audience": audience,
        "published_at": record.published_at,
        "exports_hash": record.origin.exports_hash,
        "code_version": record.origin.code_version,
        "rules_hash": record.origin.rules_hash,
        "previous_edition_id": record.previous_edition_id,
    }
    if protected is not None:
        known |= {
            "masked_cells": protected.masked_cells,
            "recoverable_cells": protected.recoverable_cells,
        }
    values = ", ".join(f"? as {name}" for name in known)
    warehouse.execute(
        f"""
        insert into edition.{RECORD} by name
        select built.* exclude ({", ".join(known)}, first_year, last_year, cells),
            {values}, counted.*
        from {PREFIX}{RECORD} as built, (
            select min(reporting_year) as first_year, max(reporting_year) as last_year,
                count(*) as cells
            from edition.{CELLS}
        ) as counted
        """,
        list(known.values()),
    )
