"""Worksites, and the share of women in them."""

import polars as pl
from tests.oracle.counting import GROUP, PLACE, levels
from tests.oracle.lists import SEXES
from tests.oracle.reading import Exports, as_of, end_of_year, is_known
from tests.oracle.rows import first_years


def homes(rows: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """Worksite and year of supported people, and the territory that the worksite lay in.

    Most of its people of the year are there; of two territories with as many, it is the declared
    one, then the first.
    """
    people = (
        _people(rows)
        .group_by("year", "chantier", "territory")
        .agg(people=pl.col("person").n_unique())
    )
    return (
        as_of(people, declared_homes(data), "chantier", "worksite_id", end_of_year())
        .with_columns(elsewhere=pl.col("territory").ne_missing(pl.col("declared")))
        .sort("people", "elsewhere", "territory", descending=[True, False, False])
        .unique(["year", "chantier"], keep="first", maintain_order=True)
        .select("year", "chantier", "territory")
    )


def declared_homes(data: Exports) -> pl.DataFrame:
    """The territory that each line of the worksites declares."""
    return data.worksites.select("worksite_id", "valid_from", "valid_to", declared="territory_id")


def _people(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("supported") & pl.col("chantier").is_not_null())


def _of_worksites(rows: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """Supported people of worksites, each in all the territories that the worksite counts in."""
    lay_in = pl.concat([homes(rows, data), _shared(rows, data)]).unique()
    return _people(rows).drop("territory").join(lay_in, on=["year", "chantier"])


def _shared(rows: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """Worksites that are declared for several territories, in those of them where people are."""
    found = _people(rows).select("year", "chantier", "territory").unique()
    lines = data.further.select("worksite_id", "valid_from", "valid_to", further="territory_id")
    years = found.select("year", "chantier").unique()
    beside = pl.concat(
        as_of(years, of_place, "chantier", "worksite_id", end_of_year())
        for of_place in lines.partition_by("further")
    ).drop_nulls("further")
    own = as_of(beside, declared_homes(data), "chantier", "worksite_id", end_of_year())
    declared = pl.concat(
        own.select("year", "chantier", territory=place) for place in ("further", "declared")
    )
    return found.join(declared, on=["year", "chantier", "territory"], how="semi")


def worksites(rows: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """Distinct worksites with a supported person, and those whose first year is the year."""
    active = _of_worksites(rows, data).select(*PLACE, worksite="chantier").unique()
    joined = active.join(first_years(data), on=["worksite", "year"])
    columns = (*PLACE, "worksite")
    return pl.concat(
        [
            active.with_columns(flag=pl.lit("headcount.worksites|")),
            joined.select(columns).with_columns(flag=pl.lit("headcount.worksites_joined|")),
        ]
    )


WOMEN_IN_WORKSITES = (
    "worksites_with_most_women",
    "worksites_with_few_women",
    "worksites_with_half_of_women",
    "people_in_worksites_with_half_of_women",
)


def women_in_worksites(active: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """Worksites by their share of women, and the fewest that together employ half of all women.

    Worksites are ranked by their number of women; of two with as many, the lower code comes first.
    """
    rows = _of_worksites(active, data)
    woman = pl.col("person").filter(pl.col("sexe") == "F").n_unique()
    known = pl.col("person").filter(is_known("sexe", SEXES)).n_unique()
    found = []
    for level in levels(rows.select(*PLACE, "chantier", "person", "sexe"), data):
        worksites = (
            level.group_by(*GROUP, "chantier")
            .agg(women=woman, known=known)
            .sort("women", "chantier", descending=[True, False])
            .with_columns(before=pl.col("women").cum_sum().over(GROUP) - pl.col("women"))
            .with_columns(half=2 * pl.col("before") < pl.col("women").sum().over(GROUP))
        )
        rated = pl.col("known") > 0
        counts = worksites.group_by(GROUP).agg(
            worksites_with_most_women=(rated & (2 * pl.col("women") > pl.col("known"))).sum(),
            worksites_with_few_women=(rated & (5 * pl.col("women") < pl.col("known"))).sum(),
            worksites_with_half_of_women=pl.col("half").sum(),
        )
        people = (
            level.join(worksites.select(*GROUP, "chantier", "half"), on=[*GROUP, "chantier"])
            .group_by(GROUP)
            .agg(
                numerator=pl.col("person").filter(pl.col("half")).n_unique(),
                denominator=pl.col("person").n_unique(),
            )
            .with_columns(flag=pl.lit(WOMEN_IN_WORKSITES[3]))
        )
        found += [
            counts.unpivot(
                WOMEN_IN_WORKSITES[:3], index=GROUP, variable_name="flag", value_name="numerator"
            ).with_columns(denominator=None),
            people,
        ]
    return pl.concat(
        frame.select(
            *GROUP,
            pl.concat_str(pl.lit("headcount."), "flag", pl.lit("|")).alias("flag"),
            pl.col("numerator").cast(pl.Float64),
            pl.col("denominator").cast(pl.Float64),
            value=pl.lit(None, pl.Float64),
        )
        for frame in found
    )
