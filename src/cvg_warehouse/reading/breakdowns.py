"""What is known of breakdowns: which have an order of their own, and which part a whole."""

from collections.abc import Iterable
from typing import Literal, Protocol

from cvg_warehouse.reading.data import JOIN, Indicator
from cvg_warehouse.reading.texts import PLUS

# Values in the order of the reference lists, from the first to the last, and never by their size.
IN_ORDER = frozenset(
    {
        "age_band",
        "difficulty_count",
        "difficulty_count_band",
        "difficulty_status",
        "duration_band",
        "education_level",
        "housing_group",
        "housing_group_at_entry",
        "housing_group_at_exit",
        "moment",
        "sex",
        "street_duration_band",
        "worksite_seniority",
    }
)
# Hardly anybody is counted under two of these values (whoever left twice in a year may be).
PARTING = frozenset(
    {
        "age_band",
        "difficulty_count",
        "difficulty_count_band",
        "difficulty_status",
        "duration_band",
        "education_level",
        "exit_category",
        "housing_group",
        "job_or_training_category",
        "nationality_group",
        "other_exit_category",
        "referrer",
        "street_duration_band",
    }
)
TOTAL = "total"
# More parts cannot be told apart by their colours, with an order and without.
MOST_IN_ORDER, MOST_OTHERS = 9, 7


class Counted(Protocol):
    """A figure, or what it is looked up by: an indicator and one of its breakdown values."""

    @property
    def indicator(self) -> Indicator: ...  # noqa: D102
    @property
    def breakdown(self) -> str: ...  # noqa: D102


def values_of(figure: Counted) -> dict[str, str]:
    """The values of each breakdown of a figure, by the breakdown's name."""
    names = (figure.indicator.breakdown or "").split(JOIN)
    return dict(zip(names, figure.breakdown.split(JOIN), strict=False))


def is_total(figure: Counted) -> bool:
    """Whether it adds up values that stand beside it."""
    return PLUS in figure.breakdown or TOTAL in values_of(figure).values()


def varying(figures: Iterable[Counted]) -> set[str]:
    """The breakdowns that some figures of one indicator differ in, totals apart."""
    values: dict[str, set[str]] = {}
    for figure in figures:
        if not is_total(figure):
            for name, value in values_of(figure).items():
                values.setdefault(name, set()).add(value)
    return {name for name, found in values.items() if len(found) > 1}


def has_order(figures: Iterable[Counted]) -> bool:
    """Whether what the figures differ in has an order of its own."""
    return bool(varying(figures) & IN_ORDER)


def shape_across(figures: Iterable[Counted]) -> Literal["stacked", "matrix"]:
    """How several figures of each place or year are drawn: as parts of a whole, or one by one."""
    parts = [figure for figure in figures if not is_total(figure)]
    names = varying(parts)
    if (
        len({figure.indicator.indicator_id for figure in parts}) != 1
        or {figure.indicator.unit for figure in parts} != {"share"}
        or len(names) != 1
        or not names <= PARTING
    ):
        return "matrix"
    most = MOST_IN_ORDER if has_order(parts) else MOST_OTHERS
    return "stacked" if len({figure.breakdown for figure in parts}) <= most else "matrix"
