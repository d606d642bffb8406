"""What an analyst would write instead of the warehouse, in pandas: exits, and housing at exit.

    python -m bench.with_pandas EXPORTS [--warehouse FILE]

Counts distinct people by calendar year, place and population for `INDICATORS`, prints how many
cells differ from the `mart_indicators` of a warehouse, and how long the counting took, as JSON.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pandas as pd
import polars as pl
import typer
from tests.oracle.compare import compare

REFERENCE = Path(__file__).resolve().parents[1] / "seeds" / "reference"
JOB_OR_TRAINING = (
    *("emploi_durable", "emploi_transition", "suite_parcours_iae"),
    *("formation", "autre_emploi_formation"),
)
PERMANENT = "logement_perenne"
CELL = ["year", "geography", "population", "person"]
INDICATORS = (
    *("headcount.exited", "exits.neutral", "exits.job_or_training", "exits.unknown_reason"),
    *("housing.improved", "housing.reached_permanent", "housing.permanent_at_exit"),
    *("housing.unknown_at_exit", "housing.group_at_entry", "housing.group_at_exit"),
)


def read(folder: Path, name: str) -> pd.DataFrame:
    """A file as text; blanks are no value."""
    frame = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
    return frame.apply(lambda column: column.str.strip()).replace("", None)


def exits_of(exports: Path) -> pd.DataFrame:
    """One row per exit, with the latest delivery of its pathway and the lists' groups."""
    salaries = read(exports, "salaries")
    latest = salaries.sort_values("annee").drop_duplicates("id_parcours", keep="last")
    exits = read(exports, "sorties").merge(
        latest[["id_parcours", "id_salarie", "passage_phc", "logement_entree"]], on="id_parcours"
    )
    reasons = read(REFERENCE, "exit_reasons")[
        ["code", "category", "neutral", "trial_period_rupture"]
    ]
    housing = read(REFERENCE, "housing_types")[["housing_type", "housing_group", "level"]]
    exits = exits.merge(reasons, left_on="motif_sortie", right_on="code", how="left")
    for moment in ("entree", "sortie"):
        types = housing.set_axis(
            [f"logement_{moment}", f"group_{moment}", f"level_{moment}"], axis=1
        )
        exits = exits.merge(types, on=f"logement_{moment}", how="left")
    exits["year"] = pd.to_datetime(exits["date_sortie"], errors="coerce").dt.year
    return exits.dropna(subset="year").astype({"year": int})


def flags_of(exits: pd.DataFrame) -> pd.DataFrame:
    """Columns `indicator|value`: 1 in the numerator, 0 in the base only, empty outside it."""
    everybody = pd.Series(True, index=exits.index)
    neutral = exits["neutral"].eq("yes")
    housing = exits["trial_period_rupture"].ne("yes") & exits["group_entree"].notna()
    known = housing & exits["group_sortie"].notna()
    permanent = exits["group_sortie"].eq(PERMANENT)
    category = exits["category"]
    better = pd.to_numeric(exits["level_sortie"]) > pd.to_numeric(exits["level_entree"])
    rules = {
        "headcount.exited|": (everybody, everybody),
        "exits.neutral|": (everybody, neutral),
        "exits.job_or_training|total": (~neutral, category.isin(JOB_OR_TRAINING)),
        **{f"exits.job_or_training|{one}": (~neutral, category.eq(one)) for one in JOB_OR_TRAINING},
        "exits.unknown_reason|": (~neutral, category.isna()),
        "housing.improved|": (housing, better),
        "housing.reached_permanent|": (housing, permanent & exits["group_entree"].ne(PERMANENT)),
        "housing.permanent_at_exit|": (known, permanent),
        "housing.unknown_at_exit|": (housing, exits["group_sortie"].isna()),
    }
    for group in sorted(read(REFERENCE, "housing_types")["housing_group"].dropna().unique()):
        rules[f"housing.group_at_entry|{group}"] = (housing, exits["group_entree"].eq(group))
        rules[f"housing.group_at_exit|{group}"] = (known, exits["group_sortie"].eq(group))
    return pd.DataFrame(
        {name: numerator.where(base).astype(float) for name, (base, numerator) in rules.items()}
    )


def levels(exits: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The exits once for each kind of place and of population."""
    territories = read(REFERENCE, "territories").drop_duplicates("territory_id", keep="last")
    urbanity = exits["territoire"].map(territories.set_index("territory_id")["urbanity"])
    after_phc = exits["passage_phc"].map({"oui": "after_phc"}).fillna("direct")
    for place in (exits["territoire"], urbanity, "Total"):
        for population in ("all", after_phc):
            yield exits.assign(
                geography=place, population=population, person=exits["id_salarie"]
            ).dropna(subset="geography")


def cells_of(exports: Path) -> pl.DataFrame:
    """Cells as `mart_indicators` has them, where somebody is counted or not."""
    exits = exits_of(exports)
    flags = flags_of(exits)
    found = []
    for level in levels(exits):
        people = flags.groupby([level[name] for name in CELL]).max()
        by_cell = people.groupby(level=CELL[:-1])
        counted = pd.concat({"numerator": by_cell.sum(), "denominator": by_cell.count()}, axis=1)
        found.append(counted.stack(level=1, future_stack=True))
    every = pd.MultiIndex.from_product(
        [
            range(exits["year"].min(), exits["year"].max() + 1),
            [
                *read(REFERENCE, "territories")["territory_id"].unique(),
                "urban",
                "less_urban",
                "Total",
            ],
            ["all", "after_phc", "direct"],
            flags.columns,
        ],
        names=[*CELL[:-1], "flag"],
    )
    cells = pd.concat(found).reindex(every, fill_value=0.0).reset_index()
    cells[["indicator_id", "breakdown"]] = cells["flag"].str.split("|", expand=True)
    is_count = cells["indicator_id"].str.startswith("headcount")
    cells["denominator"] = cells["denominator"].mask(is_count)
    share = cells["numerator"] / cells["denominator"].replace(0.0, float("nan"))
    cells["value"] = share.mask(is_count, cells["numerator"])
    named = cells.rename(columns={"year": "reporting_year", "geography": "geography_id"})
    return pl.from_pandas(named.drop(columns="flag")).with_columns(
        pl.col("reporting_year").cast(pl.Int32)
    )


def main(exports: Path, warehouse: Annotated[Path | None, typer.Option()] = None) -> None:
    """Count, compare where there is a warehouse, and print the figures as JSON."""
    start = time.perf_counter()
    cells = cells_of(exports)
    seconds = time.perf_counter() - start
    if warehouse:
        found = compare(warehouse, cells)
        print(f"{found.cells} cells, {found.differences.height} differ")
    print(json.dumps({"cells": seconds, "rows": cells.height}))


if __name__ == "__main__":
    typer.run(main)
