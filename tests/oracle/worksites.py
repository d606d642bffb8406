"""Worksites, and the share of women in them."""

import polars as pl
from tests.oracle.counting import GROUP, PLACE, levels
from tests.oracle.lists import SEXES
from tests.oracle.reading import Exports, is_known
from tests.oracle.rows import worksite_years


def _of_worksites(rows: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """Supported people of worksites, each in the territory of the worksite itself."""
    home = dict(worksite_years(data).select("worksite", "territory").rows())
    return rows.filter(pl.col("supported") & pl.col("chantier").is_not_null()).with_columns(
        territory=pl.col("chantier").replace_strict(home, return_dtype=pl.String)
    )


def worksites(rows: pl.DataFrame, data: Exports) -> pl.DataFrame:
    """Distinct worksites with a supported person, and those whose first year is the year.

    A worksite that joined counts for `all` in any case, for a population where it supported one.
    """
    active = _of_worksites(rows, data).select(*PLACE, worksite="chantier").unique()
    joined = worksite_years(data).join(
        active.select("worksite", "year", "population").unique(), on=["worksite", "year"]
    )
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
