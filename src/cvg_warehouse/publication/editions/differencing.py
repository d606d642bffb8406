"""Which years of a public edition are held back, as few people explain what has changed in them.

Whoever has two editions can subtract them. What changes from one to the next must therefore be
explained by as many people as a count that is shown, or by none: in each year and territory, since
each public edition before. Otherwise all that the file shows of the year stays as it was.
"""

from dataclasses import dataclass, field

import duckdb
import polars as pl

from cvg_warehouse.publication.disclosure import Protected
from cvg_warehouse.publication.disclosure.grid import KEYS
from cvg_warehouse.publication.disclosure.rules import load_rules
from cvg_warehouse.publication.editions.following import CELLS
from cvg_warehouse.publication.editions.log import Entry, Log
from cvg_warehouse.publication.editions.pointer import edition_file
from cvg_warehouse.publication.editions.reading import frame_of, open_locked
from cvg_warehouse.terminal import Refusal

FIGURES = "mart_report_reconciliation"
ONE = ("kind", "reporting_year", "territory_id", "unit")
# The columns of public indicators in the models of the rules, which are made of people.
COLUMNS = """
    with public as (
        select replace(indicator_id, '.', '__') as name
        from stg_reference__indicators
        where audience = 'public'
    ),

    found as (
        select table_name, column_name
        from duckdb_columns()
        where database_name = current_database() and schema_name = current_schema()
    )

    select rules.table_name, list(rules.column_name order by rules.column_name)
    from found as rules
    inner join public
        on rules.column_name = public.name or starts_with(rules.column_name, public.name || '__')
    semi join (from found where column_name = 'person_key') as people using (table_name)
    where starts_with(rules.table_name, 'ind_')
    group by all
    order by all
"""
# A participant of a workshop has no name: the third of ten, as far as the workshop goes.
PARTICIPANTS = """
    select
        'participants' as kind, reporting_year, territory_id,
        concat_ws(' ', session_key, number) as unit,
        row(population, indicator_id, breakdown, number <= participants_counted)::text as state
    from (
        select *, unnest(range(participants_in_base)) + 1 as number
        from ind_sessions
        inner join dim_reporting_years using (period_id)
        semi join stg_reference__indicators as catalogue
            on ind_sessions.indicator_id = catalogue.indicator_id and catalogue.audience = 'public'
    ) as participants
"""


def fingerprints(warehouse: duckdb.DuckDBPyConnection, salt: str) -> pl.DataFrame:
    """What the public indicators count of each person, by year and territory, unreadable."""
    of_people = [
        f"""
        select
            'people' as kind, reporting_year, territory_id, person_key as unit,
            row('{table}', population, {", ".join(columns)})::text as state
        from {table}
        inner join dim_reporting_years using (period_id)
        """
        for table, columns in warehouse.execute(COLUMNS).fetchall()
    ]
    return frame_of(
        warehouse,
        f"""
        select
            kind, reporting_year, territory_id, left(sha256($salt || unit), 16) as unit,
            left(sha256($salt || string_agg(state, ' ' order by state)), 16) as state
        from ({" union all ".join([*of_people, PARTICIPANTS])})
        group by kind, reporting_year, territory_id, unit
        order by all
        """,
        {"salt": salt},
    )


def years_with_few(before: pl.DataFrame, now: pl.DataFrame, threshold: int) -> set[int]:
    """Years in which fewer people than the threshold changed, came or went in some territory."""
    both = before.join(now, on=ONE, how="full", coalesce=True, suffix="_now")
    moved = both.filter(pl.col("state").ne_missing(pl.col("state_now")))
    counts = moved.group_by(ONE[:-1]).len()
    return set(counts.filter(pl.col("len") < threshold)["reporting_year"])


@dataclass(frozen=True)
class Held:
    """The years that stay as they were, and what was shown of them."""

    is_synthetic: bool
    """The people are invented."""
    people: pl.DataFrame
    """Fingerprints behind what the edition shows: of held years those of before."""
    years: tuple[int, ...] = ()
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    """Rows of the edition's tables as they were, also such as are about other years."""

    def visible(self, protected: Protected) -> list[int]:
        """The held years in which a reader would have seen something move."""
        if not self.years:
            return []
        plain = pl.col("status").replace({"unknown": "not_applicable"})
        shown = [
            rows.with_columns(plain).select(*KEYS, "numerator", "denominator", "value", "status")
            for rows in (protected.mart_indicators, self.tables[CELLS])
        ]
        either = pl.concat([rows.unique() for rows in shown], how="vertical_relaxed")
        moved = either.filter(either.is_unique(), pl.col("reporting_year").is_in(self.years))
        return sorted(set(moved["reporting_year"]))


def hold_back(warehouse: duckdb.DuckDBPyConnection, log: Log, rounding: int, holds: bool) -> Held:
    """Compare the warehouse with the people of every public edition in the log.

    What was shown of invented people says nothing of real ones. Nothing is held back where it is
    accepted that few people explain what has changed.
    """
    ((is_synthetic,),) = warehouse.execute("select is_synthetic from edition__edition").fetchall()
    now = fingerprints(warehouse, log.salt)
    sources = _sources(log, now, is_synthetic) if holds else {}
    if not sources:
        return Held(is_synthetic, now)
    if changed := [year for year, (entry, _) in sources.items() if entry.rounding != rounding]:
        raise Refusal(
            f"{', '.join(map(str, changed))}: counts are rounded differently now, and few people "
            "explain what else has changed; publish the exports of the current edition first, or "
            'say why all of it may appear: --accept "REASON"'
        )
    is_of = {year: pl.col("reporting_year") == year for year in sources}
    people = [rows.filter(is_of[year]) for year, (_, rows) in sources.items()]
    cells = [log.cells(entry).filter(is_of[year]) for year, (entry, _) in sources.items()]
    others = now.filter(~pl.col("reporting_year").is_in(list(sources)))
    tables = {CELLS: pl.concat(cells), FIGURES: _figures(log)}
    return Held(is_synthetic, pl.concat([others, *people]), tuple(sources), tables)


def _sources(
    log: Log, now: pl.DataFrame, is_synthetic: bool
) -> dict[int, tuple[Entry, pl.DataFrame]]:
    """The years to hold back, each with the edition that showed it last and the people behind."""
    threshold = load_rules().threshold
    # What readers have comes first, then what they had last.
    entries = [entry for entry in reversed(log.published) if entry.is_synthetic == is_synthetic]
    entries.sort(key=lambda entry: entry.edition != log.current)
    few: set[int] = set()
    last: dict[int, tuple[Entry, pl.DataFrame]] = {}
    for entry in entries:
        people = log.people(entry)
        if people is not None:
            few |= years_with_few(people, now, threshold)
            for year in set(log.cells(entry)["reporting_year"]):
                last.setdefault(year, (entry, people))
    return {year: last[year] for year in sorted(few & last.keys())}


def _figures(log: Log) -> pl.DataFrame:
    """What the current public edition says of the printed figures."""
    with open_locked(edition_file(log.editions, str(log.current), "public")) as connection:
        return frame_of(connection, f"from {FIGURES}")
