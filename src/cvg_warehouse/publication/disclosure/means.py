"""What a shown mean or median says of the bands that it is made of.

A mean times its base is a sum, and a band of the same measure has limits: the sum is between what
all would make at the lower ends and at the upper ends of their bands. No more than half of a base
is in bands wholly above its median, nor below.
"""

from typing import NamedTuple

import numpy as np
import polars as pl
import scipy.sparse as sp

from cvg_warehouse.publication.disclosure.grid import Grid, base_name, numerator_name
from cvg_warehouse.publication.disclosure.system import INFINITE, System, matrix_of

SCALE = 20
"""Coefficients are whole: of a mean to 0.1, the ends are multiples of 0.05."""


class Rows(NamedTuple):
    """Relations to be added to a system: low <= matrix @ counts <= high."""

    matrix: sp.csr_array
    low: np.ndarray
    high: np.ndarray


def relations_of_means(grid: Grid, system: System, shown: pl.DataFrame, counts: np.ndarray) -> Rows:
    """The relations that shown means and medians add to a system of the grid.

    `shown` has a row per row of `grid.rows`, in its order: `value`, null where no edition shows it,
    and `step`, what it is rounded to. `counts` are those of the system's cells: where people count
    twice the outsider is taken to know them, so that the truth agrees with every relation.
    """
    places = {place: number for number, place in enumerate(grid.geographies)}
    years = {year: number for number, year in enumerate(grid.years)}
    terms: list[dict[int, int]] = []
    columns = ("indicator_id", "reporting_year", "geography_id", "population", "breakdown")
    for *key, value, step in (
        pl.concat([grid.rows.select(columns), shown.select("value", "step")], how="horizontal")
        .filter(
            pl.col("indicator_id").is_in(list(grid.rules.signed.bands)),
            pl.col("value").is_not_null(),
        )
        .iter_rows()
    ):
        indicator, year, place, population, breakdown = key
        where = (grid.populations.index(population), years[year], places[place])
        bands = grid.rules.signed.bands[indicator]

        def cell(name: str, where: tuple[int, int, int] = where) -> int:
            return int(grid.cell(grid.quantities[name], np.arange(len(grid.populations)))[where])

        base = cell(base_name(indicator, breakdown))
        least, most = round(SCALE * (value - step / 2)), round(SCALE * (value + step / 2))
        values = {
            cell(numerator_name(bands.breakdown, band)): (SCALE * low, SCALE * high)
            for band, (low, high) in bands.limits.items()
            if numerator_name(bands.breakdown, band) in grid.quantities
        }
        if grid.catalogue[indicator].statistic == "mean":
            terms.append({base: -most} | {band: low for band, (low, _) in values.items() if low})
            terms.append({base: least} | {band: -high for band, (_, high) in values.items()})
        else:
            terms.append({base: -1} | {band: 2 for band, (low, _) in values.items() if low > most})
            terms.append(
                {base: -1} | {band: 2 for band, (_, high) in values.items() if high < least}
            )
    matrix = matrix_of([list(one.items()) for one in terms], len(system.cells))
    return Rows(
        matrix,
        np.full(len(terms), -INFINITE, dtype=np.int64),
        np.maximum(matrix @ counts, 0).astype(np.int64),
    )
