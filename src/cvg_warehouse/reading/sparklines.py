"""A line over the years, small enough to stand beside a figure: a picture of its own, and words."""

from base64 import b64encode
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from cvg_warehouse.reading.figures import Figure, value_text
from cvg_warehouse.reading.texts import Language, say

WIDTH, HEIGHT, EDGE = 120, 28, 4
LINE, FAINT = "#0072B2", "#D5DCE1"


class Sparkline(NamedTuple):
    """The address of the picture, which is the picture itself, and what it shows in words."""

    address: str
    words: str


def sparkline(figures: Sequence[Figure], year: int, language: Language) -> Sparkline | None:
    """The figures of some years, from zero up; None where fewer than two are shown.

    The chosen year has the largest dot. The line is broken where a year shows no value.
    """
    shown = [figure.value for figure in figures if figure.value is not None]
    if len(shown) < 2:
        return None
    years = ", ".join(
        say(language, "named", figure.year, value_text(figure, language)) for figure in figures
    )
    svg = _svg(figures, max(*shown, 0) or 1, year)
    address = "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()
    return Sparkline(address, say(language, "over_the_years", years))


def _svg(figures: Sequence[Figure], most: float, year: int) -> str:
    step = (WIDTH - 2 * EDGE) / (len(figures) - 1)
    at = [
        (round(EDGE + step * position, 1), _height(figure.value, most))
        for position, figure in enumerate(figures)
    ]
    points = list(zip(at, figures, strict=True))
    lines = [
        " ".join(f"{x},{y}" for (x, y), _ in run)
        for is_shown, run in groupby(points, key=lambda point: point[1].value is not None)
        if is_shown
    ]
    dots = [
        f'<circle cx="{x}" cy="{y}" r="{3.2 if figure.year == year else 1.6}" fill="{LINE}"/>'
        for (x, y), figure in points
        if figure.value is not None
    ]
    foot = HEIGHT - 1
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<line x1="0" x2="{WIDTH}" y1="{foot}" y2="{foot}" stroke="{FAINT}"/>'
        + "".join(
            f'<polyline points="{line}" fill="none" stroke="{LINE}" stroke-width="1.6"/>'
            for line in lines
        )
        + "".join(dots)
        + "</svg>"
    )


def _height(value: float | None, most: float) -> float:
    return round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value or 0) / most, 1)
