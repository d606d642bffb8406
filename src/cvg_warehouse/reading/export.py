"""What people take away of grids: the lines of files, CSV and images. Workbooks are beside it."""

import csv
import io
from collections.abc import Iterable, Sequence

import vl_convert

from cvg_warehouse.formats import MINUS, NARROW_SPACE, day
from cvg_warehouse.formulas import disarmed
from cvg_warehouse.reading.charts import chart, titled
from cvg_warehouse.reading.comparisons import cautions, estimates, pairs
from cvg_warehouse.reading.data import WHOLE, Edition, Indicator
from cvg_warehouse.reading.figures import (
    WITHOUT_VALUE,
    Figure,
    base_name,
    rounding_text,
    value_text,
)
from cvg_warehouse.reading.grids import Grid
from cvg_warehouse.reading.legend import caption, legend_lines
from cvg_warehouse.reading.lists import TextTable
from cvg_warehouse.reading.sources import (
    audience_text,
    citation,
    rules_line,
    rules_text,
    source_text,
)
from cvg_warehouse.reading.texts import (
    Language,
    breakdown_label,
    definitions,
    label_of,
    measure_label,
    place_name,
    say,
)

Value = str | int | float | None
Lines = Sequence[Sequence[Value]]
BYTE_ORDER = b"\xef\xbb\xbf"


def records(grids: Iterable[Grid], edition: Edition, language: Language) -> list[list[Value]]:
    """Grids as a header and one line per figure, values as in the warehouse."""
    figures = [figure for grid in grids for figure in _records(grid, edition, language)]
    names = list(dict.fromkeys(name for figure in figures for name in figure))
    header: list[Value] = [say(language, "column_" + name) for name in names]
    return [header, *([figure.get(name) for name in names] for figure in figures)]


def csv_bytes(lines: Lines) -> bytes:
    """Semicolons, decimal comma and a byte-order mark, as French spreadsheets open it."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerows([_csv_value(value) for value in line] for line in lines)
    return BYTE_ORDER + stream.getvalue().encode("utf-8")


def table_bytes(grid: Grid, edition: Edition, link: str, language: Language) -> bytes:
    """The table as on the screen, as CSV: rounded, with marks; what to know stands beneath it."""
    heads = [head.label or say(language, "column_value") for head in grid.columns]
    rows = [
        [head.label, *(_as_shown(figure, language) for figure in figures)]
        for head, figures in zip(grid.rows, grid.figures, strict=True)
    ]
    known = (source_text(edition, language), rules_line(edition, language), link)
    below = [*legend_lines(grid, language), *filter(None, known)]
    above = [grid.title, caption(grid, language)]
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerows([disarmed(text)] for text in above)
    writer.writerows([[], [disarmed(text) for text in (grid.corner, *heads)]])
    writer.writerows([disarmed(head), *figures] for head, *figures in rows)
    writer.writerows([[], *([disarmed(text)] for text in below)])
    return BYTE_ORDER + stream.getvalue().encode("utf-8")


def notes(grid: Grid, edition: Edition, link: str, language: Language) -> list[list[Value]]:
    """Title, filters, definitions, edition and marks of the grid."""
    return [
        [say(language, "export_title"), grid.title],
        [say(language, "export_filters"), grid.filters],
        *edition_notes(edition, language),
        [say(language, "link"), link],
        [say(language, "citation"), citation(grid, edition, link, language)],
        *definition_notes(grid.indicators, language),
        *comparison_notes([grid], language),
        *mark_notes(language),
    ]


def definition_notes(indicators: Iterable[Indicator], language: Language) -> list[list[Value]]:
    """What each indicator counts, and its base."""
    lines: list[list[Value]] = []
    for indicator in indicators:
        numerator, denominator = definitions(indicator, language)
        label = label_of(indicator, language)
        terms = {
            "numerator": numerator,
            "denominator": denominator or say(language, "no_denominator"),
            "base": base_name(indicator, language),
        }
        lines.append([label, indicator.indicator_id])
        lines += [[f"{label} – {say(language, key)}", text] for key, text in terms.items()]
    return lines


def comparison_notes(grids: Iterable[Grid], language: Language) -> list[list[Value]]:
    """What comparisons of two groups say, and what not."""
    lines: list[list[Value]] = []
    for grid in grids:
        lines += [
            [f"{pair.label} – {say(language, key)}", text]
            for pair in pairs(grid)
            for key, text in estimates(pair, language).items()
        ]
        lines += [[say(language, "comparison_note"), text] for text in cautions(grid, language)]
    return lines


def mark_notes(language: Language) -> list[list[Value]]:
    """What each mark means."""
    return [
        [say(language, "status_" + status), say(language, "meaning_" + status)]
        for status in WITHOUT_VALUE
    ]


def edition_notes(edition: Edition, language: Language) -> list[list[Value]]:
    """Which edition a file is from."""
    kind = "synthetic" if edition.is_synthetic else "real_data"
    lines: list[list[Value]] = [
        [say(language, "export_edition"), edition.edition_id],
        [say(language, "export_published"), day(edition.published_at, language)],
        [say(language, "edition_audience"), audience_text(edition, language)],
        [say(language, "edition_code_version"), edition.code_version],
        [say(language, "export_data"), say(language, kind)],
    ]
    if rules := rules_text(edition, language):
        lines.append([say(language, "rounding"), rules])
    return lines


def table_lines(table: TextTable, edition: Edition, language: Language) -> list[list[Value]]:
    """A table of texts as lines of a file; each says which edition it is from, and whose."""
    header, rows = table
    known = {**_known(edition, language), "audience": audience_text(edition, language)}
    names = [say(language, "column_" + name) for name in known]
    return [[*header, *names], *([*row, *known.values()] for row in rows)]


def image(grid: Grid, source: str, link: str, kind: str, language: Language) -> bytes:
    """The chart with title, source and link, as "png" or "svg"."""
    spec = titled(chart(grid, language) or {}, grid, source, link, language)
    if kind == "svg":
        return vl_convert.vegalite_to_svg(spec).encode("utf-8")
    return vl_convert.vegalite_to_png(spec, scale=2)


def file_name(grid: Grid, edition: Edition, kind: str, language: Language) -> str:
    """A name that says the view, the edition and its audience."""
    place = "" if grid.focus == WHOLE else f"-{grid.focus}"
    return named_file(f"{grid.key}{place}-{grid.year}", edition, kind, language)


def named_file(what: str, edition: Edition, kind: str, language: Language) -> str:
    """The name of a file: what it holds, for whom, of which edition."""
    audience = say(language, "file_" + edition.audience)
    return f"cvg-{what}-{audience}-{edition.edition_id}.{kind}"


def _records(grid: Grid, edition: Edition, language: Language) -> list[dict[str, Value]]:
    """The grid's figures, one by one, by the names of the columns."""
    known, said = _known(edition, language), " ".join(cautions(grid, language))
    return [
        _record(figure, grid, edition, language)
        | (_compared(figure, grid) | {"comparison_note": said} if said else {})
        | known
        for figure in grid.cells
    ]


def _record(figure: Figure, grid: Grid, edition: Edition, language: Language) -> dict[str, Value]:
    """A figure by the names of the columns, in their order."""
    indicator, cell = figure.indicator, figure.cell
    numerator, denominator = definitions(indicator, language)
    unit = "share_unit_note" if indicator.unit == "share" else "unit_name_" + indicator.unit
    return {
        "title": grid.title,
        "indicator": indicator.indicator_id,
        "label": _label(figure, edition, language),
        "year": figure.years,
        "place": figure.geography,
        "place_name": place_name(edition, figure.geography, language),
        "population": figure.population,
        "breakdown": figure.breakdown,
        "breakdown_label": breakdown_label(edition, indicator, figure.breakdown, language),
        "status": say(language, "status_" + figure.status),
        "value": cell.value if cell else None,
        "unit": say(language, unit),
        "numerator": cell.numerator if cell else None,
        "denominator": cell.denominator if cell else None,
        "lower": cell.lower if cell else None,
        "upper": cell.upper if cell else None,
        "margin": figure.margin,
        "base": base_name(indicator, language, figure.breakdown),
        "numerator_definition": numerator,
        "denominator_definition": denominator,
        "filters": grid.filters,
        "rounding": _rounding(figure, language),
        "audience": say(language, "audience_" + edition.audience_of(figure.geography)),
    }


def _known(edition: Edition, language: Language) -> dict[str, Value]:
    """Which edition a line of a file is from."""
    return {
        "edition": edition.edition_id,
        "published": day(edition.published_at, language),
        "data": say(language, "synthetic" if edition.is_synthetic else "real_data"),
    }


def _label(figure: Figure, edition: Edition, language: Language) -> str:
    """What the figure counts, its breakdown value too."""
    return measure_label(edition, figure.indicator.indicator_id, figure.breakdown, language)


def _rounding(figure: Figure, language: Language) -> str:
    """How the figure's counts are rounded; '' for one that is not shown."""
    if figure.value is None:
        return ""
    return rounding_text([figure], language) or say(language, "exact")


def _compared(figure: Figure, grid: Grid) -> dict[str, Value]:
    """What the comparison of the figure's group says."""
    found = grid.comparisons.get(figure.place)
    record: dict[str, Value] = {}
    for name in ("difference", "ratio", "adjusted"):
        estimate = getattr(found, name, None)
        for part in ("value", "lower", "upper"):
            record[f"comparison_{name}_{part}"] = getattr(estimate, part, None)
    return record


def _as_shown(figure: Figure | None, language: Language) -> str:
    """As on the screen, in signs that a spreadsheet takes for a number: 1234,5 and 12,3%."""
    if figure is None:
        return ""
    text = value_text(figure, language)
    if figure.value is None:
        return text
    number, _, _ = text.partition("\u00a0")
    return number.replace(NARROW_SPACE, "").replace(MINUS, "-")


def _csv_value(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return disarmed(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return repr(value).replace(".", ",")
