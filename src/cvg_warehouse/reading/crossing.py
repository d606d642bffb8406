"""Sums and shares of rows of numbers: only where every part is shown."""

from collections.abc import Iterable

from cvg_warehouse.reading.figures import Figure


def total(figures: Iterable[Figure | None]) -> float | None:
    """What the figures add up to; None where one of them is not shown."""
    values = [figure.value for figure in figures if figure]
    return None if not values or None in values else sum(filter(None, values), 0.0)


def row_share(figure: Figure, row: Iterable[Figure | None]) -> float | None:
    """The figure's share of its row; None where one of them is not shown, or nobody is there."""
    whole = total(row)
    return figure.value / whole if whole and figure.value is not None else None
