"""The periods of an edition that are not calendar years, and what it shows of a place in two."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from cvg_warehouse.formats import Language, day
from cvg_warehouse.publication.editions import open_kept
from cvg_warehouse.reading.data import WHOLE, Edition, read_cells, with_cells
from cvg_warehouse.terminal import Refusal

PERIODS = """
    select period_id, first_day, last_day, label_fr
    from reporting_periods
    order by first_day desc, last_day desc
"""
# The cells of some places; a period stands for the year that it ends in.
CELLS = """
    select
        indicator_id, population, year(last_day), geography_id, breakdown, numerator, denominator,
        value, status, null, null
    from mart_indicators_by_period
    inner join reporting_periods using (period_id)
    where period_id = ? and population = ? and geography_id in ?
"""


@dataclass(frozen=True)
class Period:
    """Some days, and what they are in French, where that is known."""

    period_id: str
    first_day: date
    last_day: date
    label_fr: str | None

    def days(self, language: Language) -> str:
        """`1er octobre 2023 – 31 mars 2024`."""
        return f"{day(self.first_day, language)} – {day(self.last_day, language)}"

    def label(self, language: Language) -> str:
        """The days, and what they are."""
        return " · ".join(filter(None, (self.days(language), self.label_fr)))

    def is_year_before(self, later: "Period") -> bool:
        """Whether the other one has the same dates, a year later."""
        pairs = (self.first_day, later.first_day), (self.last_day, later.last_day)
        return all(
            one.year + 1 == other.year and _in_the_year(one) == _in_the_year(other)
            for one, other in pairs
        )


def _in_the_year(one: date) -> tuple[int, int]:
    """Month and day; the last days of February are the same in every year."""
    return one.month, min(one.day, 28)


def periods(edition: Edition, place: str) -> tuple[Period, ...]:
    """The periods that a place has figures of, the newest first: none in the public edition."""
    try:
        with open_kept(edition.edition_id, edition.audience_of(place)) as connection:
            return tuple(Period(*row) for row in connection.execute(PERIODS).fetchall())
    except (Refusal, duckdb.Error):
        return ()


def earlier_ones(period: Period, known: Sequence[Period]) -> list[Period]:
    """The periods that begin earlier, first of all the one of the same dates a year before."""
    earlier = [one for one in known if one.first_day < period.first_day]
    return sorted(earlier, key=lambda one: not one.is_year_before(period))


def in_periods(
    edition: Edition, place: str, population: str, two: tuple[Period, Period]
) -> list[Edition]:
    """The edition as it is in two periods, with the figures of a place alone.

    Those of the whole are there where they are for the same readers.
    """
    audience = edition.audience_of(place)
    places = [one for one in (place, WHOLE) if edition.audience_of(one) == audience]
    with open_kept(edition.edition_id, audience) as connection:
        cells = (read_cells(connection, CELLS, [one.period_id, population, places]) for one in two)
        return with_cells(edition, *cells)
