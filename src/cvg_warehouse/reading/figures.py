"""A figure as people read it: its value, what it is made of, and why there is none."""

from dataclasses import dataclass

from cvg_warehouse.formats import number, share
from cvg_warehouse.reading.data import Cell, Edition, Indicator
from cvg_warehouse.reading.texts import Language, label_of, say

# A rate of fewer people than this is shown with its interval.
FEW_PEOPLE = 100
NOT_PUBLISHED = "not_published"
# Why a figure has no value to show; each has its mark.
WITHOUT_VALUE = ("masked", "unknown", "not_applicable", NOT_PUBLISHED)
DECIMALS = {"months": 1, "years": 1}


@dataclass(frozen=True)
class Figure:
    """A cell and what it says; `cell` is None where the edition does not publish it.

    What is made of the cells of several years has the first of them in `since`.
    """

    indicator: Indicator
    year: int
    geography: str
    population: str
    breakdown: str
    cell: Cell | None
    since: int | None = None

    @property
    def years(self) -> int | str:
        """The year, or `2020–2024`."""
        return self.year if self.since in (None, self.year) else f"{self.since}–{self.year}"

    @property
    def status(self) -> str:
        """shown, masked, unknown, not_applicable or not_published."""
        return self.cell.status if self.cell else NOT_PUBLISHED

    @property
    def place(self) -> tuple[str, int, str, str]:
        """Indicator, year, geography and population: what several breakdown values share."""
        return self.indicator.indicator_id, self.year, self.geography, self.population

    @property
    def value(self) -> float | None:
        """The value where it is shown."""
        return self.cell.value if self.cell and self.cell.status == "shown" else None


def look_up(
    edition: Edition,
    indicator_id: str,
    year: int,
    geography: str,
    population: str,
    breakdown: str = "",
) -> Figure:
    """The figure of a place, a year and a population."""
    return Figure(
        edition.indicators[indicator_id],
        year,
        geography,
        population,
        breakdown,
        edition.cell(indicator_id, year, geography, population, breakdown),
    )


def did_not_occur(figure: Figure, edition: Edition) -> bool:
    """Whether it is of an open list, such as the partners, and has no cell because it is nought.

    Of such a list a place has the values that occurred there.
    """
    return (
        figure.cell is None
        and edition.has_open_list(figure.indicator)
        and edition.publishes(*figure.place)
    )


def written(value: float, unit: str, language: Language) -> str:
    """A value with its unit where the unit is not plainly a number of something."""
    if unit == "share":
        return share(value, language)
    if unit == "points":
        return f"{number(100 * value, 1, language)}\u00a0{say(language, 'unit_points')}"
    text = number(value, DECIMALS.get(unit, 0), language)
    return f"{text}\u00a0{say(language, 'unit_' + unit)}" if unit in ("months", "years") else text


def value_text(figure: Figure, language: Language) -> str:
    """The value, or the mark that says why there is none."""
    if figure.value is None:
        return say(language, "mark_" + (figure.status if figure.status != "shown" else "unknown"))
    return written(figure.value, figure.indicator.unit, language)


def parts_text(figure: Figure, language: Language) -> str:
    """Numerator and denominator, `16 sur 98`, as far as they may be shown; '' for counts."""
    cell, statistic = figure.cell, figure.indicator.statistic
    if cell is None or statistic == "count" or not cell.denominator:
        return ""
    base = number(cell.denominator, 0, language)
    if statistic == "share" and cell.numerator is not None:
        return say(language, "parts", number(cell.numerator, 0, language), base)
    return say(language, "out_of", base)


def interval_text(figure: Figure, language: Language) -> str:
    """The 95% interval of a rate of few people; '' where there is none to show."""
    cell = figure.cell
    if cell is None or figure.value is None or cell.lower is None or cell.upper is None:
        return ""
    if (cell.denominator or 0) >= FEW_PEOPLE:
        return ""
    bounds = [written(bound, figure.indicator.unit, language) for bound in (cell.lower, cell.upper)]
    return say(language, "interval", *bounds)


def base_name(indicator: Indicator, language: Language) -> str:
    """Who a rate or a mean divides by; for a count, what is counted."""
    if indicator.base:
        return label_of(indicator.base, language)
    return say(language, "counted_" + indicator.counting_unit)
