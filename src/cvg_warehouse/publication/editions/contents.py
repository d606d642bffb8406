"""What an edition holds: the models of `models/published`, whose contracts describe its tables."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import duckdb
import yaml

from cvg_warehouse.paths import PROJECT
from cvg_warehouse.publication.disclosure import Protected
from cvg_warehouse.publication.editions.differencing import FIGURES, Held
from cvg_warehouse.publication.editions.following import CELLS
from cvg_warehouse.publication.editions.masking import MASKED_CELLS, masked_tables
from cvg_warehouse.publication.editions.origin import Origin
from cvg_warehouse.publication.editions.reading import frame_of
from cvg_warehouse.terminal import Refusal

MODELS = PROJECT / "models" / "published"
PREFIX = "edition__"
"""A model with this prefix is a table of the edition, under the name behind it."""
RECORD = "edition"
# Which rows are about held years, and which of those an edition may still hold. A figure is about
# all years that it is made of.
HELD_ROWS = {
    CELLS: "reporting_year in ({years})",
    FIGURES: "figure_id in (select figure_id from report_terms where reporting_year in ({years}))",
}
STILL_PUBLIC = {
    CELLS: """
        indicator_id in (select indicator_id from edition__indicators where audience = 'public')
        and geography_id in (select geography_id from edition__geographies)
    """,
    FIGURES: "figure_id in (select figure_id from edition.mart_report_reconciliation)",
}
TYPES = {
    "string": "VARCHAR",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}


@dataclass(frozen=True)
class Table:
    """A table of an edition."""

    columns: dict[str, str]
    """DuckDB type by column, in order."""
    key: tuple[str, ...]
    """The primary key."""
    is_internal: bool
    """Empty in the public edition."""


@dataclass(frozen=True)
class Record:
    """What an edition says of itself."""

    edition_id: str
    published_at: datetime
    """In UTC, without a time zone."""
    origin: Origin
    previous_edition_id: str | None
    rounding: int = 1
    """Of the public edition."""
    accepted: str | None = None
    """Why changes that few people explain are in it."""


@cache
def tables() -> dict[str, Table]:
    """The tables of an edition by name, read from the models' descriptions."""
    found = {}
    for file in sorted(MODELS.glob(f"{PREFIX}*.yml")):
        (model,) = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
        (key,) = (test["primary_key"] for test in model["data_tests"] if "primary_key" in test)
        columns = {column["name"]: TYPES[column["data_type"]] for column in model["columns"]}
        found[model["name"].removeprefix(PREFIX)] = Table(
            columns, tuple(key["arguments"]["columns"]), _audience(model) == "internal"
        )
    if not {CELLS, RECORD, *masked_tables()} <= found.keys():
        raise Refusal(
            "models/published: does not hold the models of an edition; restore the folder"
        )
    return found


def _audience(model: dict[str, Any]) -> str | None:
    """Whom alone a model's rows are for; None where they are for everybody."""
    audience: str | None = model.get("config", {}).get("meta", {}).get("audience")
    return audience


def fill(
    warehouse: duckdb.DuckDBPyConnection,
    audience: str,
    record: Record,
    protected: Protected | None = None,
    held: Held | None = None,
) -> None:
    """Write all tables of an edition into the database that is attached as `edition`.

    The internal edition is what the published models hold. For the public one, `protected` has the
    cells; what follows from masked cells is masked with them, what is `held` stays as it was, and
    internal tables stay empty.
    """
    for table, described in tables().items():
        columns = ", ".join(f"{name} {kind}" for name, kind in described.columns.items())
        warehouse.execute(f"create table edition.{table} ({columns})")
    queries = {
        table: f"select * from {PREFIX}{table}"
        for table, described in tables().items()
        if audience == "internal" or not described.is_internal
    }
    if protected is not None:
        warehouse.register("protected_cells", protected.mart_indicators.to_arrow())
        queries |= {CELLS: MASKED_CELLS} | masked_tables()
    # The cells first: what else is shown depends on them.
    for table in sorted(queries, key=lambda table: table != CELLS):
        if table != RECORD:
            warehouse.execute(f"insert into edition.{table} by name {queries[table]}")
        if held is not None and held.years and table in held.tables:
            _keep_as_before(warehouse, table, held)
    _write_record(warehouse, audience, record, protected)


def _keep_as_before(warehouse: duckdb.DuckDBPyConnection, table: str, held: Held) -> None:
    """Put back the rows of a table that are about held years."""
    years = ", ".join(map(str, held.years))
    before = held.tables[table]
    names = ", ".join(name for name in tables()[table].columns if name in before.columns)
    is_held = HELD_ROWS[table].format(years=years)
    warehouse.register("held_rows", before.to_arrow())
    still_public = STILL_PUBLIC[table]
    kept = frame_of(warehouse, f"select {names} from held_rows where {is_held} and {still_public}")
    warehouse.register("held_rows", kept.to_arrow())
    warehouse.execute(f"delete from edition.{table} where {is_held}")
    warehouse.execute(f"insert into edition.{table} by name from held_rows")
    warehouse.unregister("held_rows")


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
        "accepted": record.accepted,
    }
    if protected is not None:
        known |= {"rounding": record.rounding, "recoverable_cells": protected.recoverable_cells}
    is_public = protected is not None
    values = ", ".join(f"? as {name}" for name in known)
    warehouse.execute(
        f"""
        insert into edition.{RECORD} by name
        select built.* exclude ({", ".join(known)}, first_year, last_year, cells, masked_cells),
            {values}, counted.*
        from {PREFIX}{RECORD} as built, (
            select min(reporting_year) as first_year, max(reporting_year) as last_year,
                count(*) as cells,
                if(?, count(*) filter (status = 'masked'), null) as masked_cells
            from edition.{CELLS}
        ) as counted
        """,
        [*known.values(), is_public],
    )
