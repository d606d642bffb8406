"""What the edition before this one showed of a place: no more of it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from cvg_warehouse.publication.editions import open_kept
from cvg_warehouse.reading.data import Cell, Edition
from cvg_warehouse.terminal import Refusal

RECORD = "select published_at, rounding from edition"
CELLS = """
    select
        indicator_id, reporting_year, breakdown,
        {numerator: numerator, denominator: denominator, value: value, status: status}
    from mart_indicators
    where geography_id = ? and population = ?
"""

# By indicator, year and breakdown value.
CellsOfPlace = Mapping[tuple[str, int, str], Cell]


@dataclass(frozen=True)
class Earlier:
    """An earlier edition's figures of a place and population."""

    edition_id: str
    published_at: datetime
    rounding: int
    cells: CellsOfPlace


def earlier(edition: Edition, place: str, population: str) -> Earlier | None:
    """The edition before this one, for whom the place's figures are; None where it is not kept."""
    edition_id = edition.about["previous_edition_id"]
    if edition_id is None:
        return None
    try:
        with open_kept(edition_id, edition.audience_of(place)) as connection:
            [(published_at, rounding)] = connection.execute(RECORD).fetchall()
            rows = connection.execute(CELLS, [place, population]).fetchall()
    except (Refusal, duckdb.Error):
        return None
    cells = {
        (indicator_id, year, breakdown): Cell(**figure, lower=None, upper=None)
        for indicator_id, year, breakdown, figure in rows
    }
    return Earlier(edition_id, published_at, rounding or 1, cells)
