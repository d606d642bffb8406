"""`mart_worksite_feedback`, computed a second time: worksites as if each were a territory."""

import copy
from pathlib import Path

import duckdb
import polars as pl
from tests.oracle.reading import SEEDS, Exports, as_of, end_of_year
from tests.oracle.reference import as_cells, catalogue, cells, counted
from tests.oracle.rows import pathway_years, supported
from tests.oracle.worksites import declared_homes, homes

OF_WORKSITES = ("headcount.worksites", "headcount.territories", "headcount.people_in_worksites")
"""What is said of several worksites, and so not of one."""
KEY = ("worksite_id", "reporting_year", "indicator_id", "breakdown")
FIGURES = ("numerator", "denominator", "value", "territory_value", "national_value")
TOLERANCE = 1e-9


def _worksites_as_territories(data: Exports) -> Exports:
    found = copy.copy(data)
    for name in ("salaries", "sorties", "actions"):
        frame = getattr(data, name)
        setattr(found, name, frame.with_columns(territoire=pl.col("chantier")))
    codes = pl.concat(getattr(data, name)["chantier"] for name in ("salaries", "sorties"))
    found.territories = pl.DataFrame(
        {"territory_id": codes.drop_nulls().unique()}, schema={"territory_id": pl.String}
    ).with_columns(
        urbanity=pl.lit("none"),
        valid_from=pl.lit(None, pl.String),
        valid_to=pl.lit(None, pl.String),
    )
    return found


def _lay_in(data: Exports) -> pl.DataFrame:
    """Worksite, year and the territory that it lay in; of other years the declared one."""
    return homes(supported(pathway_years(data), data), data).select(
        "year", geography="chantier", lay_in="territory"
    )


def feedback(data: Exports, units: dict[str, str]) -> pl.DataFrame:
    """Every indicator of every worksite, beside everybody's of its territory and of the whole."""
    as_territories = _worksites_as_territories(data)
    figures = counted(as_territories).filter(
        pl.col("geography").is_in(as_territories.territories["territory_id"].implode())
        & (pl.col("population") == "all")
        & (pl.col("denominator").is_null() | (pl.col("denominator") > 0))
        & ~pl.col("flag").str.contains("^(" + "|".join(OF_WORKSITES) + ")")
    )
    placed = figures.join(_lay_in(data), on=["geography", "year"], how="left")
    placed = as_of(placed, declared_homes(data), "geography", "worksite_id", end_of_year())
    everybody = cells(data, units).filter(pl.col("population") == "all")
    beside = everybody.select("geography_id", *KEY[1:], "value")
    return (
        as_cells(placed, units)
        .with_columns(territory_id=pl.coalesce("lay_in", "declared"))
        .rename({"geography_id": "worksite_id"})
        .join(
            beside.rename({"geography_id": "territory_id", "value": "territory_value"}),
            on=["territory_id", *KEY[1:]],
            how="left",
        )
        .join(
            beside.filter(pl.col("geography_id") == "Total")
            .drop("geography_id")
            .rename({"value": "national_value"}),
            on=KEY[1:],
            how="left",
        )
    )


def differences(warehouse: Path, exports: Path, seeds: Path = SEEDS) -> pl.DataFrame:
    """Rows of `mart_worksite_feedback` that are not what the definitions give, or are missing.

    Counts of nobody are left out: whether they have a row depends on a base that is not shown.
    """
    wanted = feedback(Exports(exports, seeds), catalogue(seeds))
    columns = (*KEY, "territory_id", *FIGURES)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"select {', '.join(columns)} from main.mart_worksite_feedback"
        ).fetchall()
    schema = {name: wanted.schema[name] for name in columns}
    mart = pl.DataFrame(rows, schema=schema, orient="row")
    says = pl.col("denominator").is_not_null() | (pl.col("numerator") > 0)
    both = (
        mart.filter(says, pl.col("indicator_id").is_in(wanted["indicator_id"].unique().implode()))
        .with_columns(in_mart=True)
        .join(
            wanted.filter(says).select(*columns, in_reference=True),
            on=KEY,
            how="full",
            coalesce=True,
            suffix="_reference",
        )
    )
    agree = [
        pl.col(name).eq_missing(pl.col(f"{name}_reference"))
        | ((pl.col(name) - pl.col(f"{name}_reference")).abs() <= TOLERANCE).fill_null(False)
        for name in FIGURES
    ]
    same_place = pl.col("territory_id").eq_missing(pl.col("territory_id_reference"))
    found = pl.all_horizontal(*agree, same_place, pl.col("in_mart"), pl.col("in_reference"))
    return both.filter(~found.fill_null(False))
