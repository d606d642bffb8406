"""Every cell of `mart_indicators`, computed a second time from the exports, with polars.

Written from the definitions (design document, section 4, and the catalogue of indicators), not
from the SQL: where the two differ, one of them is wrong. Input: the five consolidated exports and
the reference seeds. Output: `cells()`, one row per indicator x year x geography x population x
breakdown value, with the columns of `mart_indicators`.

    python -m tests.oracle.reference [seeds/exports [cells.parquet]]
"""

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path

import polars as pl
from tests.oracle.counting import GROUP, PLACE, average, count_people, count_things
from tests.oracle.exit_flags import exit_flags
from tests.oracle.follow_ups import post_exit
from tests.oracle.lists import AUDIENCES, FAMILIES, POPULATIONS
from tests.oracle.partners import partners
from tests.oracle.reading import SEEDS, Exports, year_in
from tests.oracle.rows import exits, pathway_years, supported
from tests.oracle.supported_flags import supported_flags
from tests.oracle.worksites import WOMEN_IN_WORKSITES, women_in_worksites, worksites

from cvg_warehouse.paths import exports_folder

CELL = ("indicator_id", "reporting_year", "geography_id", "population", "breakdown")


def _years(deliveries: pl.DataFrame, ended: pl.DataFrame, data: Exports) -> list[int]:
    """The years of any delivery, exit, action or session; a follow-up alone makes no year."""
    found = [deliveries["year"], ended["year"]]
    found += [frame.select(year_in()).to_series() for frame in (data.actions, data.ateliers)]
    return pl.concat([years.cast(pl.Int32) for years in found]).drop_nulls().unique().to_list()


def _closed_flags(counted: list[str], data: Exports) -> list[str]:
    """Every flag that has a row even where nobody counts: all but those of named partners."""
    types = data.action_types
    groups = types.filter(pl.col("action_group").is_not_null())
    return [
        *counted,
        "public.mean_age|",
        "pathways.mean_duration_months|",
        "pathways.median_duration_months|",
        "headcount.worksites|",
        "headcount.worksites_joined|",
        "headcount.territories|",
        "headcount.territories_with_mental_health_actions|",
        *(f"partners.actions|{d} x {t}" for d, t in types.select("domain", "action_type").rows()),
        *(
            f"partners.action_groups|{d} x {g}"
            for d, g in groups.select("domain", "action_group").unique().rows()
        ),
        *(f"partners.actions_total|{d}" for d in data.domains),
        *(f"partners.partners_mobilised|{d}" for d in data.domains),
        *(f"partners.participations|{d} x {a}" for d in data.domains for a in AUDIENCES),
        "partners.network_share|PMSMP",
        "partners.network_share|signature",
        *(f"partners.stand_in|{d}" for d in data.domains),
        *(
            f"partners.request_reasons|{d} x {r}"
            for d, r in data.request_reasons.select("domain", "request_reason").rows()
        ),
        *(f"partners.mental_health_participations|{f} x {a}" for f in FAMILIES for a in AUDIENCES),
        "partners.staff_trained_on_mental_health|",
        "partners.mental_health_partners|",
        *(f"headcount.{name}|" for name in WOMEN_IN_WORKSITES),
    ]


def counted(data: Exports) -> pl.DataFrame:
    """All that is counted, by place, population and flag."""
    return _counted(data)[0]


def _counted(data: Exports) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All that is counted, by place, population and flag; and all cells that there have to be."""
    deliveries = pathway_years(data)
    active = supported(deliveries, data)
    ended = exits(deliveries, data)
    followed_up, follow_up_flags = post_exit(ended, data)
    active_flags, ended_flags = supported_flags(data), exit_flags()
    duration = ended.filter(pl.col("duration")).with_columns(measure=pl.col("months"))
    ages = active.filter(pl.col("supported")).with_columns(measure=pl.col("age"))
    territories = (
        active.filter(pl.col("supported"))
        .select(PLACE)
        .unique()
        .with_columns(flag=pl.lit("headcount.territories|"))
    )
    in_experiment = (
        data.ateliers.filter(pl.col("famille").is_in(list(FAMILIES)))
        .select(year=year_in(), territory="territoire")
        .unique()
    )
    mental_health = territories.join(
        in_experiment, on=["year", "territory"], how="semi"
    ).with_columns(flag=pl.lit("headcount.territories_with_mental_health_actions|"))
    months = {
        "pathways.mean_duration_months|": pl.col("measure").mean(),
        "pathways.median_duration_months|": pl.col("measure").median(),
    }
    counted = [
        count_people(active, active_flags, data),
        count_people(ended, ended_flags, data),
        count_people(followed_up, follow_up_flags, data),
        average(duration, "id_parcours", months, data),
        average(ages, "person", {"public.mean_age|": pl.col("measure").mean()}, data),
        count_things(worksites(active, data), pl.col("worksite").n_unique(), data),
        count_things(territories, pl.col("territory").n_unique(), data),
        count_things(mental_health, pl.col("territory").n_unique(), data),
        women_in_worksites(active, data),
        *partners(deliveries, data),
    ]
    flags = _closed_flags([*active_flags, *ended_flags, *follow_up_flags], data)
    return (
        pl.concat(counted).with_columns(pl.col("year").cast(pl.Int32)),
        _spine(_years(deliveries, ended, data), flags, data),
    )


def _spine(years: list[int], flags: list[str], data: Exports) -> pl.DataFrame:
    """Every year x geography x population x flag."""
    geographies = [
        *data.territories["territory_id"].unique(),
        *data.territories["urbanity"].unique(),
        "Total",
    ]
    return (
        pl.DataFrame({"year": years}, schema={"year": pl.Int32})
        .join(pl.DataFrame({"geography": geographies}), how="cross")
        .join(pl.DataFrame({"population": list(POPULATIONS)}), how="cross")
        .join(pl.DataFrame({"flag": flags}), how="cross")
    )


def cells(data: Exports, units: Mapping[str, str]) -> pl.DataFrame:
    """All cells of the indicators in `units` (indicator -> unit), as `mart_indicators` has them."""
    counted, spine = _counted(data)
    key = [*GROUP, "flag"]
    named = counted.filter(pl.col("flag").str.starts_with("partners.partner_actions|"))
    complete = pl.concat(
        [
            spine.join(counted, on=key, how="left"),
            named.select(*key, "numerator", "denominator", "value"),
        ]
    )
    return as_cells(complete, units).select(*CELL, "numerator", "denominator", "value")


def as_cells(found: pl.DataFrame, units: Mapping[str, str]) -> pl.DataFrame:
    """What is counted per flag, as cells of the indicators in `units`, with all other columns."""
    return (
        found.with_columns(
            pl.col("flag")
            .str.split_exact("|", 1)
            .struct.rename_fields(["indicator_id", "breakdown"])
        )
        .unnest("flag")
        .join(
            pl.DataFrame({"indicator_id": list(units), "unit": list(units.values())}),
            on="indicator_id",
        )
        .rename({"year": "reporting_year", "geography": "geography_id"})
        .with_columns(**_figures())
    )


def _figures() -> dict[str, pl.Expr]:
    """Numerator, denominator and value: nothing counted is 0, a mean has no numerator."""
    unit = pl.col("unit")
    of_share, of_mean = unit == "share", unit.is_in(["months", "years"])
    numerator = pl.col("numerator").fill_null(0.0)
    denominator = pl.col("denominator").fill_null(0.0)
    return {
        "numerator": pl.when(~of_mean).then(numerator),
        "denominator": pl.when(of_share | of_mean).then(denominator),
        "value": pl.when(of_mean)
        .then(pl.col("value"))
        .when(of_share & (denominator > 0))
        .then(numerator / denominator)
        .when(~of_share)
        .then(numerator),
    }


def catalogue(seeds: Path = SEEDS) -> dict[str, str]:
    """Unit of every indicator in the catalogue."""
    rows = pl.read_csv(seeds / "indicators.csv", infer_schema=False)
    return dict(rows.select("indicator_id", "unit").rows())


def compute(exports: Path, seeds: Path = SEEDS) -> pl.DataFrame:
    """All cells of the catalogue's indicators for a folder of exports."""
    return cells(Exports(exports, seeds), catalogue(seeds))


def main() -> None:
    """Compute the cells, write them if asked, and print how long each step took (seconds)."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("exports", type=Path, nargs="?", default=exports_folder())
    parser.add_argument("parquet", type=Path, nargs="?")
    asked = parser.parse_args()
    start = time.perf_counter()
    data = Exports(asked.exports)
    read = time.perf_counter()
    found = cells(data, catalogue())
    done = time.perf_counter()
    if asked.parquet:
        found.write_parquet(asked.parquet)
    print(json.dumps({"read": read - start, "cells": done - read, "rows": found.height}))


if __name__ == "__main__":
    main()
