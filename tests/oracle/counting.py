"""Counts and averages by place and population, and what is counted: flags.

A *flag* is an indicator with one of its breakdown values, as a column over rows of pathways: 1 =
numerator, 0 = denominator only, null = outside the base. A person has the highest flag of their
rows.
"""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from tests.oracle.reading import Exports, as_of, end_of_year

PLACE = ("year", "territory", "population")
GROUP = ("year", "geography", "population")

Flags = Mapping[str, pl.Expr]


def as_flag(base: pl.Expr, numerator: pl.Expr) -> pl.Expr:
    """1 in the numerator, 0 in the base only (or not known to be in the numerator), else null."""
    inside = pl.when(base.fill_null(False)).then(numerator.fill_null(False))
    return inside.cast(pl.Int8)


def flag_each(indicator: str, base: pl.Expr, column: str, values: Sequence[str]) -> Flags:
    """One flag for each value that the column may hold."""
    return {f"{indicator}|{value}": as_flag(base, pl.col(column) == value) for value in values}


def levels(rows: pl.DataFrame, data: Exports) -> Iterator[pl.DataFrame]:
    """The rows once for each kind of place and of population, as `geography` and `population`.

    A row of no known population counts for `all` only; one of no known territory nowhere.
    """
    years = rows.select("year", "territory").unique()
    known_places = data.territories.select("territory_id", "urbanity", "valid_from", "valid_to")
    urbanity = as_of(years, known_places, "territory", "territory_id", end_of_year())
    is_place = pl.col("territory").is_in(data.territories["territory_id"].implode())
    placed = rows.join(urbanity.filter(is_place), on=["year", "territory"])
    known = pl.col("population").is_not_null()
    for geography in (pl.col("territory"), pl.col("urbanity"), pl.lit("Total")):
        there = placed.with_columns(geography=geography).drop_nulls("geography")
        yield there.with_columns(population=pl.lit("all"))
        yield there.filter(known)


def count_people(rows: pl.DataFrame, flags: Flags, data: Exports) -> pl.DataFrame:
    """Distinct `person` with each flag up (numerator) and with each flag known (denominator)."""
    names = list(flags)
    once = rows.select(*PLACE, "person", **flags).group_by(*PLACE, "person").agg(pl.all().max())
    found = []
    for level in levels(once, data):
        people = level.group_by(*GROUP, "person").agg(pl.col(names).max())
        up = people.group_by(GROUP).agg(pl.col(names).sum())
        known = people.group_by(GROUP).agg(pl.col(names).count())
        found.append(
            up.unpivot(names, index=GROUP, variable_name="flag", value_name="numerator").join(
                known.unpivot(names, index=GROUP, variable_name="flag", value_name="denominator"),
                on=[*GROUP, "flag"],
            )
        )
    return pl.concat(found).select(
        *GROUP,
        "flag",
        pl.col("numerator").cast(pl.Float64),
        pl.col("denominator").cast(pl.Float64),
        value=pl.lit(None, pl.Float64),
    )


def count_things(
    rows: pl.DataFrame, amount: pl.Expr, data: Exports, of: pl.Expr | None = None
) -> pl.DataFrame:
    """`amount` (a distinct count or a sum) per `flag`, `of` another one where it is a share."""
    base = pl.lit(None, pl.Float64) if of is None else of.cast(pl.Float64)
    found = [
        level.group_by(*GROUP, "flag").agg(
            numerator=amount.cast(pl.Float64),
            denominator=base.first() if of is None else base,
            value=pl.lit(None, pl.Float64).first(),
        )
        for level in levels(rows, data)
    ]
    return pl.concat(found)


def average(rows: pl.DataFrame, key: str, averages: Flags, data: Exports) -> pl.DataFrame:
    """Means and medians of `measure`, each `key` once (its highest, where it has several)."""
    found = []
    for level in levels(rows.filter(pl.col("measure").is_not_null()), data):
        once = level.group_by(*GROUP, key).agg(pl.col("measure").max())
        for flag, average in averages.items():
            found.append(
                once.group_by(GROUP)
                .agg(denominator=pl.len().cast(pl.Float64), value=average)
                .select(
                    *GROUP,
                    "denominator",
                    "value",
                    flag=pl.lit(flag),
                    numerator=pl.lit(None, pl.Float64),
                )
            )
    columns = (*GROUP, "flag", "numerator", "denominator", "value")
    return pl.concat([frame.select(columns) for frame in found])
