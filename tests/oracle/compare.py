"""Cell by cell: `mart_indicators` of a warehouse against the independent recomputation.

    python -m tests.oracle.compare [target/cvg.duckdb [seeds/exports]]

Without arguments: the warehouse and the exports that `cvg build` would take.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
from tests.oracle.reference import CELL, compute

from cvg_warehouse.paths import exports_folder, warehouse_file

MEASURES = ("numerator", "denominator", "value")
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Comparison:
    """What two computations of the same cells have in common, and every difference."""

    cells: int
    """Cells that either of them has, among the indicators of the warehouse."""
    differences: pl.DataFrame
    """Cells that differ or that one of them lacks; `*_reference` is the recomputed side."""
    absent_indicators: list[str]
    """Indicators of the catalogue that the warehouse has no row for."""

    def summary(self) -> pl.DataFrame:
        """Differing cells per indicator and kind of difference, with one example each."""
        shown = [*CELL[1:], *(f"{m}{side}" for m in MEASURES for side in ("", "_reference"))]
        return (
            self.differences.group_by("indicator_id", "kind")
            .agg(
                cells=pl.len(),
                example=pl.concat_str(
                    [pl.col(name).cast(pl.String).fill_null("-") for name in shown], separator=" | "
                ).first(),
            )
            .sort("indicator_id", "kind")
        )


def mart_indicators(warehouse: Path) -> pl.DataFrame:
    """The warehouse's cells."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"select {', '.join(CELL + MEASURES)} from main.mart_indicators"
        ).fetchall()
    schema = {
        **dict.fromkeys(CELL, pl.String),
        "reporting_year": pl.Int32,
        **dict.fromkeys(MEASURES, pl.Float64),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def compare(warehouse: Path, reference: pl.DataFrame) -> Comparison:
    """Compare a warehouse's `mart_indicators` with recomputed cells, both ways.

    An indicator that was added since and is not recomputed is left out: it needs two places only.
    """
    recomputed = reference["indicator_id"].unique().to_list()
    mart = mart_indicators(warehouse).filter(pl.col("indicator_id").is_in(recomputed))
    wanted = reference.filter(pl.col("indicator_id").is_in(mart["indicator_id"].unique().to_list()))
    both = mart.with_columns(in_mart=True).join(
        wanted.with_columns(in_reference=True),
        on=CELL,
        how="full",
        coalesce=True,
        suffix="_reference",
    )
    differs = pl.any_horizontal(
        ~(
            pl.col(m).eq_missing(pl.col(f"{m}_reference"))
            | ((pl.col(m) - pl.col(f"{m}_reference")).abs() <= TOLERANCE).fill_null(False)
        )
        for m in MEASURES
    )
    kind = (
        pl.when(pl.col("in_mart").is_null())
        .then(pl.lit("only in the reference"))
        .when(pl.col("in_reference").is_null())
        .then(pl.lit("only in mart_indicators"))
        .when(differs)
        .then(pl.lit("other figures"))
    )
    differences = both.with_columns(kind=kind).filter(pl.col("kind").is_not_null())
    absent = set(reference["indicator_id"]) - set(mart["indicator_id"])
    return Comparison(both.height, differences.drop("in_mart", "in_reference"), sorted(absent))


def main() -> None:
    """Print the differences; exit status 1 where there are any, or an indicator has no row."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("warehouse", type=Path, nargs="?", default=warehouse_file())
    parser.add_argument("exports", type=Path, nargs="?", default=exports_folder())
    asked = parser.parse_args()
    found = compare(asked.warehouse, compute(asked.exports))
    print(f"{found.cells} cells, {found.differences.height} differ")
    if found.absent_indicators:
        print("no row in mart_indicators:", ", ".join(found.absent_indicators))
    for indicator, kind, cells, example in found.summary().rows():
        print(f"{indicator}: {cells} {kind}, e.g. {example}")
    sys.exit(1 if found.differences.height or found.absent_indicators else 0)


if __name__ == "__main__":
    main()
