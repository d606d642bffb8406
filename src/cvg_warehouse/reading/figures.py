"""A figure as people read it: its value, what it is made of, and why there is none."""

from collections.abc import Iterable
from dataclasses import dataclass

from cvg_warehouse.formats import SHARE_DECIMALS, number, share
from cvg_warehouse.reading.data import Cell, Edition, Indicator
from cvg_warehouse.reading.texts import TEXTS, Language, label_of, say

# A rate of fewer people than this is shown with its interval.
FEW_PEOPLE = 100
NOT_PUBLISHED = "not_published"
# Of a territory in the years before it joined the programme.
BEFORE_JOINING = "before_joining"
# The edition says nothing of the cell, not even that there is something to hide.
ABSENT = frozenset({NOT_PUBLISHED, BEFORE_JOINING})
# Why a figure has no value to show; each has its mark.
WITHOUT_VALUE = ("masked", "unknown", "not_applicable", NOT_PUBLISHED, BEFORE_JOINING)
DECIMALS = {"share": SHARE_DECIMALS, "points": 1, "months": 1, "years": 1}
# A share that may be further than this from the true one, because its counts are rounded, is shown
# in whole percents.
HALF_A_PERCENT = 0.005


@dataclass(frozen=True)
class Figure:
    """A cell and what it says; `cell` is None where the edition does not publish it.

    What is made of the cells of several years has the first of them in `since`. `margin` is how far
    its counts may be from the true ones, because they are rounded; 0 where they are exact.
    """

    indicator: Indicator
    year: int
    geography: str
    population: str
    breakdown: str
    cell: Cell | None
    since: int | None = None
    margin: float = 0

    @property
    def years(self) -> int | str:
        """The year, or `2020–2024`."""
        return self.year if self.since in (None, self.year) else f"{self.since}–{self.year}"

    @property
    def status(self) -> str:
        """shown, or one of `WITHOUT_VALUE`."""
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
    cell = edition.cell(indicator_id, year, geography, population, breakdown)
    return figure_of(cell, edition, indicator_id, year, geography, population, breakdown)


def figure_of(
    cell: Cell | None,
    edition: Edition,
    indicator_id: str,
    year: int,
    geography: str,
    population: str,
    breakdown: str,
) -> Figure:
    """What a cell says there, whichever edition it is from."""
    indicator = edition.indicators[indicator_id]
    if _is_before_joining(edition, geography, year, cell) and not edition.has_open_list(indicator):
        cell = Cell(None, None, None, BEFORE_JOINING, None, None)
    return Figure(
        indicator,
        year,
        geography,
        population,
        breakdown,
        cell,
        margin=0 if geography in edition.exact_places else indicator.rounding // 2,
    )


def _is_before_joining(edition: Edition, geography: str, year: int, cell: Cell | None) -> bool:
    """Whether a place has nobody in a year because it was not in the programme yet."""
    place = edition.geographies.get(geography)
    if place is None or place.launch_year is None or year >= place.launch_year:
        return False
    return cell is None or not (cell.value or cell.denominator or cell.status == "masked")


def did_not_occur(figure: Figure, edition: Edition) -> bool:
    """Whether it is of an open list, such as the partners, and has no cell because it is nought.

    Of such a list a place has the values that occurred there.
    """
    return (
        figure.cell is None
        and edition.has_open_list(figure.indicator)
        and edition.publishes(*figure.place)
    )


def written(value: float, unit: str, language: Language, decimals: int | None = None) -> str:
    """A value with its unit where the unit is not plainly a number of something.

    Without `decimals` it has those of exact values.
    """
    if decimals is None:
        decimals = DECIMALS.get(unit, 0)
    if unit == "share":
        return share(value, language, decimals)
    if unit == "points":
        return f"{number(100 * value, decimals, language)}\u00a0{say(language, 'unit_points')}"
    text = number(value, decimals, language)
    return f"{text}\u00a0{say(language, 'unit_' + unit)}" if unit in ("months", "years") else text


def value_text(figure: Figure, language: Language) -> str:
    """The value, or the mark that says why there is none."""
    if figure.value is None:
        return say(language, "mark_" + (figure.status if figure.status != "shown" else "unknown"))
    return written(figure.value, figure.indicator.unit, language, decimals_of(figure))


def decimals_of(figure: Figure) -> int:
    """As many decimals as the figure is known to."""
    decimals = DECIMALS.get(figure.indicator.unit, 0)
    if figure.margin == 0 or figure.value is None or figure.cell is None:
        return decimals
    if figure.indicator.unit in ("share", "points"):
        # Numerator and denominator are each off by the margin at most.
        is_close = 2 * figure.margin < HALF_A_PERCENT * (figure.cell.denominator or 0)
        return decimals if is_close else 0
    return 0 if figure.value.is_integer() else decimals


def parts_text(figure: Figure, language: Language) -> str:
    """What the value is made of, `16 sur 98`, as far as that may be shown.

    Of a count that adds up several rounded ones it is how far it may be from the true one; '' for
    other counts, and for what is not published.
    """
    cell, indicator = figure.cell, figure.indicator
    if cell is None:
        return ""
    if figure.value is not None and indicator.statistic == "count":
        is_sum = figure.margin > indicator.rounding // 2 and indicator.unit != "points"
        return say(language, "margin", number(figure.margin, 0, language)) if is_sum else ""
    if indicator.statistic == "count" or not cell.denominator:
        return ""
    base = number(cell.denominator, 0, language)
    if indicator.statistic == "share" and cell.numerator is not None:
        key = "parts_rounded" if figure.margin else "parts"
        return say(language, key, number(cell.numerator, 0, language), base)
    return say(language, "out_of_rounded" if figure.margin else "out_of", base)


def interval_text(figure: Figure, language: Language) -> str:
    """The 95% interval of a rate of few people; '' where there is none to show."""
    cell = figure.cell
    if cell is None or figure.value is None or cell.lower is None or cell.upper is None:
        return ""
    if (cell.denominator or 0) >= FEW_PEOPLE:
        return ""
    unit, decimals = figure.indicator.unit, decimals_of(figure)
    bounds = [written(bound, unit, language, decimals) for bound in (cell.lower, cell.upper)]
    return say(language, "interval", *bounds)


def rounding_text(figures: Iterable[Figure], language: Language) -> str:
    """How the counts of what is shown are rounded; '' where they are exact."""
    shown = [figure for figure in figures if figure.value is not None]
    rounding = rounding_of(shown)
    if rounding == 1:
        return ""
    has_exact = any(figure.margin == 0 and figure.indicator.rounding > 1 for figure in shown)
    return say(language, "rounded_elsewhere" if has_exact else "rounded", rounding)


def rounding_of(figures: Iterable[Figure]) -> int:
    """What the counts are multiples of; 1 where all are exact."""
    return max((figure.indicator.rounding for figure in figures if figure.margin), default=1)


def base_name(indicator: Indicator, language: Language, breakdown: str = "") -> str:
    """Who a rate or a mean divides by; for a count, what is counted.

    Some breakdown values of an indicator have a base of their own.
    """
    own = "base_" + "_".join((indicator.breakdown or "", breakdown))
    if own in TEXTS:
        return say(language, own)
    if indicator.base:
        return label_of(indicator.base, language)
    return say(language, "counted_" + indicator.counting_unit)
