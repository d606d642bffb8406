"""What may be asked of an edition: blocks of measures, and the choice of year, place and people."""

from dataclasses import dataclass
from typing import Literal

from cvg_warehouse.reading.data import EVERYBODY, WHOLE, Measure, ReportItem

Shape = Literal[
    "lines",
    "bars",
    "stacked",
    "matrix",
    "crosstab",
    "flow",
    "tiles",
    "cards",
    "groups",
    "ranking",
    "multiples",
]
Years = Literal["one", "all"]


@dataclass(frozen=True)
class Choice:
    """What the person chose in the filters. No `indicators` means all of them.

    `compared` are the places of blocks that show "territories"; none means all territories.
    """

    year: int
    place: str
    population: str
    indicators: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """What a part of a page shows, under a title of its own or the indicator's label.

    `title` is the key of a text, or the title itself. `years` is "one" (the chosen one) or
    "all"; `places` is "chosen" (beside the whole), "territories" (all, beside the whole)
    or one geography; no `populations` means the chosen one; without a `shape` what varies decides.
    """

    key: str
    measures: tuple[Measure, ...]
    title: str = ""
    years: Years = "one"
    places: str = "chosen"
    populations: tuple[str, ...] = ()
    shape: Shape | None = None


def item_block(item: ReportItem) -> Block:
    """The block of an item of the Bilan, for the year, place and population that were chosen."""
    populations = tuple((item.populations or EVERYBODY).split("; "))
    return Block(
        key=f"element-{item.item}",
        measures=item.measures,
        # A key figure stands alone in the Bilan; here its chart is how it went over the years.
        title="block_over_years" if item.kind == "KPI" else item.title_fr,
        years="all" if item.years == "all" or item.kind == "KPI" else "one",
        places=_places(item.geographies or WHOLE),
        populations=() if populations == (EVERYBODY,) else populations,
    )


def _places(geographies: str) -> str:
    if geographies == WHOLE:
        return "chosen"
    return "territories" if "territory" in geographies else geographies
