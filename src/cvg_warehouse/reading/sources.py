"""Where a figure is from: the source line and the citation."""

from cvg_warehouse.formats import day
from cvg_warehouse.reading.data import Edition
from cvg_warehouse.reading.figures import parts_text, value_text
from cvg_warehouse.reading.grids import Grid
from cvg_warehouse.reading.texts import Language, place_name, say

MOST_FIGURES_CITED = 2


def source_text(edition: Edition, language: Language) -> str:
    """Where a figure is from, in one line."""
    published = day(edition.published_at, language)
    audience = audience_text(edition, language)
    text = say(language, "source_line", edition.edition_id, published, audience)
    return text + _synthetic(edition, language)


def citation(grid: Grid, edition: Edition, link: str, language: Language) -> str:
    """A citation of the grid, to copy; with the figures of the chosen year, where few are shown."""
    cited = [grid.filters]
    if grid.shape == "lines" and len(grid.columns) <= MOST_FIGURES_CITED:
        cited += _figures_of_the_year(grid, edition, language)
    return say(
        language,
        "citation_line",
        grid.title,
        " ; ".join(cited),
        edition.edition_id,
        day(edition.published_at, language),
        audience_text(edition, language),
        _synthetic(edition, language),
        link,
    )


def audience_text(edition: Edition, language: Language) -> str:
    """Who the edition is for; where some territories only are internal, which ones."""
    if not edition.exact_places:
        return say(language, "audience_" + edition.audience)
    own = [place for place in edition.territories if place in edition.exact_places]
    names = ", ".join(place_name(edition, place, language) for place in own)
    return say(language, "audience_mixed", names)


def rules_text(edition: Edition, language: Language) -> str:
    """What the public edition masks, rounds and shows as it is; '' for the internal one."""
    return say(language, "rounding_rules", edition.rounding) if edition.rounding > 1 else ""


def rules_line(edition: Edition, language: Language) -> str:
    """The same in a few words."""
    if edition.rounding == 1:
        return ""
    key = "edition_rules_elsewhere" if edition.exact_places else "edition_rules"
    return say(language, key, edition.rounding)


def _figures_of_the_year(grid: Grid, edition: Edition, language: Language) -> list[str]:
    return [
        f"{place_name(edition, cell.geography, language)}, {cell.year}"
        f" : {value_text(cell, language)} ({parts})"
        for cell in grid.cells
        if cell.year == grid.year and cell.value is not None
        if (parts := parts_text(cell, language))
    ]


def _synthetic(edition: Edition, language: Language) -> str:
    return say(language, "citation_synthetic") if edition.is_synthetic else ""
