"""Reads the counts of a built warehouse into a grid."""

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cvg_warehouse.publication.disclosure.grid import (
    EVERYBODY,
    Grid,
    Indicator,
    base_name,
    indicator_part,
    numerator_name,
    positions,
)
from cvg_warehouse.publication.disclosure.rules import Rules

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A base that is part of another one, and equal to it in every row, is the same quantity.
CATALOGUE = """
    with recursive roots as (
        select base, base as root from stg_reference__bases where parent_base is null
        union all
        select bases.base, roots.root
        from stg_reference__bases as bases
        inner join roots on bases.parent_base = roots.base
    )
    select
        indicator_id, statistic, counting_unit, coalesce(breakdown, ''),
        coalesce(roots.root, catalogue.base, ''), audience = 'public'
    from stg_reference__indicators as catalogue
    left join roots on catalogue.base = roots.base
"""
# What each worksite knows of its own people, by the territory that it lay in.
WORKSITES = """
    select
        people.geography_id, places.territory_id, places.reporting_year,
        breakdowns.indicator_id, breakdowns.breakdown, people.numerator, people.denominator
    from agg_worksite_people as people
    inner join dim_reporting_years as years using (period_id)
    inner join dim_worksite_years as places
        on people.geography_id = places.worksite_id
        and years.reporting_year = places.reporting_year
    inner join dim_indicator_breakdowns as breakdowns using (indicator_column)
    order by all
"""
# Actions and partners of one worksite alone, or about one person; an action without a person is
# about nobody else.
SINGLE = """
    select
        counted.indicator_id, counted.breakdown, years.reporting_year,
        places.geography_id, populations.population,
        least(
            count(distinct case when state then counted.worksite_id end),
            count(distinct case when state then coalesce(person_key, counted.action_key) end)
        ) = 1,
        least(
            count(distinct counted.worksite_id),
            count(distinct coalesce(person_key, counted.action_key))
        ) = 1
    from ind_partners as counted
    inner join dim_reporting_years as years using (period_id)
    inner join fct_partner_actions using (action_key)
    inner join dim_geographies as places on counted.territory_id = places.territory_id
    inner join dim_populations as populations on counted.population = populations.member
    group by all
"""


def read_grid(warehouse: "DuckDBPyConnection", rules: Rules) -> Grid:
    """Read the counts of the public indicators of a built warehouse.

    Raises `Refusal` where the rules do not name one of them.
    """
    everything = warehouse.execute(CATALOGUE).fetchall()
    catalogue = {row[0]: Indicator(*row) for *row, is_public in everything if is_public}
    rules.refuse_unnamed(catalogue)
    rows = warehouse.sql(
        "select indicator_id, reporting_year, geography_id, population, breakdown, numerator, "
        "denominator, value from mart_indicators where indicator_id in (select unnest($1)) "
        "order by indicator_id, breakdown, reporting_year, geography_id, population",
        params=[list(catalogue)],
    ).pl()
    levels = {
        place: level
        for place, level in warehouse.execute(
            "select distinct geography_id, geography_level from dim_geographies order by all"
        ).fetchall()
        if level in rules.levels
    }
    rows = rows.filter(pl.col("geography_id").is_in(list(levels)))
    years, year = np.unique(rows["reporting_year"].to_numpy(), return_inverse=True)
    geographies = list(levels)
    place = positions(rows["geography_id"], geographies)
    populations = sorted(set(rows["population"]), key=lambda name: (name != EVERYBODY, name))
    population = positions(rows["population"], populations)

    quantities: dict[str, int] = {}
    unit: list[str] = []
    shares: dict[tuple[str, str, str], None] = {}
    numbers: dict[tuple[str, str], tuple[int, int]] = {}

    def quantity(name: str, counting_unit: str) -> int:
        if name not in quantities:
            quantities[name] = len(quantities)
            unit.append(counting_unit)
        return quantities[name]

    breakdowns = dict.fromkeys(zip(rows["indicator_id"], rows["breakdown"], strict=True))
    for indicator, value in breakdowns:
        line = catalogue[indicator]
        top, bottom = numerator_name(indicator, value), base_name(indicator, value)
        has_top, has_bottom = line.statistic in ("share", "count"), line.statistic != "count"
        numbers[indicator, value] = (
            quantity(top, line.counting_unit) if has_top else -1,
            quantity(bottom, line.counting_unit) if has_bottom else -1,
        )
        if line.statistic == "share":
            shares[indicator, top, bottom] = None
    counts = np.zeros(
        (len(quantities), len(populations), len(years), len(geographies)), dtype=np.int64
    )
    both = np.array(
        [numbers[key] for key in zip(rows["indicator_id"], rows["breakdown"], strict=True)]
    )
    for number, column in ((both[:, 0], "numerator"), (both[:, 1], "denominator")):
        known = number >= 0
        amounts = rows[column].fill_null(0).to_numpy()[known].astype(np.int64)
        counts[number[known], population[known], year[known], place[known]] = amounts

    groups = dict(
        warehouse.execute(
            "select urbanity, list(territory_id order by territory_id) from dim_territories "
            "group by all order by all"
        ).fetchall()
    )
    single = _single_of(warehouse, quantities) | {
        (name, years[y], geographies[g], populations[p])
        for name, q in quantities.items()
        if unit[q] == "worksites" and indicator_part(name) not in rules.facts
        for p, y, g in np.argwhere(counts[q] == 1)
    }
    action_groups: dict[str, list[str]] = {}
    for domain, action_type, group in warehouse.execute(
        "select domain, action_type, action_group from stg_reference__action_types "
        "where action_group is not null"
    ).fetchall():
        action_groups.setdefault(f"{domain} x {group}", []).append(f"{domain} x {action_type}")
    return Grid(
        catalogue=catalogue,
        years=[int(one) for one in years],
        geographies=geographies,
        levels=levels,
        groups=groups,
        worksites=_worksites_of(warehouse, quantities),
        single=single,
        populations=populations,
        quantities=quantities,
        unit=unit,
        counts=counts,
        shares=list(shares),
        action_groups=action_groups,
        rules=rules,
        rows=rows,
        internal=frozenset(row[0] for row in everything) - catalogue.keys(),
    )


def _worksites_of(
    warehouse: "DuckDBPyConnection", quantities: Collection[str]
) -> dict[tuple[str, str, int], list[tuple[str, int]]]:
    found: dict[tuple[str, str, int], list[tuple[str, int]]] = {}
    for worksite, territory, year, indicator, value, *amounts in warehouse.execute(
        WORKSITES
    ).fetchall():
        names = (numerator_name(indicator, value), base_name(indicator, value))
        counted = [
            (name, int(amount))
            for name, amount in zip(names, amounts, strict=True)
            if name in quantities and amount
        ]
        found.setdefault((worksite, territory, year), []).extend(counted)
    return found


def _single_of(
    warehouse: "DuckDBPyConnection", quantities: Collection[str]
) -> set[tuple[str, int, str, str]]:
    return {
        (name, *where)
        for indicator, value, *where, is_top, is_bottom in warehouse.execute(SINGLE).fetchall()
        for name, is_single in (
            (numerator_name(indicator, value), is_top),
            (base_name(indicator, value), is_bottom),
        )
        if is_single and name in quantities
    }
