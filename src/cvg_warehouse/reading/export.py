"""What people take away of a grid, as files: CSV, XLSX and images."""

import csv
import io
from collections.abc import Sequence

import vl_convert
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cvg_warehouse.formats import day
from cvg_warehouse.formulas import disarmed
from cvg_warehouse.reading.charts import chart, titled
from cvg_warehouse.reading.comparisons import cautions, estimates, pairs
from cvg_warehouse.reading.data import WHOLE, Edition
from cvg_warehouse.reading.figures import WITHOUT_VALUE, Figure, base_name, rounding_text
from cvg_warehouse.reading.grids import Grid
from cvg_warehouse.reading.lists import TextTable
from cvg_warehouse.reading.sources import audience_text, citation, rules_text
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


def records(grid: Grid, edition: Edition, language: Language) -> list[list[Value]]:
    """The grid as a header and one line per figure, values as in the warehouse."""
    known, said = _known(edition, language), " ".join(cautions(grid, language))
    figures = [
        _record(figure, grid, edition, language)
        | (_compared(figure, grid) | {"comparison_note": said} if said else {})
        | known
        for figure in grid.cells
    ]
    header: list[Value] = [say(language, "column_" + name) for name in figures[0]]
    return [header, *(list(figure.values()) for figure in figures)]


def csv_bytes(lines: Lines) -> bytes:
    """Semicolons, decimal comma and a byte-order mark, as French spreadsheets open it."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerows([_csv_value(value) for value in line] for line in lines)
    return b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8")


def xlsx_bytes(lines: Lines, notes: Lines, language: Language) -> bytes:
    """A workbook: the lines on the first sheet, what to know about them on the second."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        data = book.add_worksheet(say(language, "sheet_data"))
        data.freeze_panes(1, 0)
        data.set_column(0, len(lines[0]) - 1, 18)
        _write(data, lines[:1], cell_format=bold)
        _write(data, lines[1:], first_row=1)
        about = book.add_worksheet(say(language, "sheet_notes"))
        about.set_column(0, 0, 34, bold)
        about.set_column(1, 1, 100, wrapped)
        _write(about, notes)
    return stream.getvalue()


def notes(grid: Grid, edition: Edition, link: str, language: Language) -> list[list[Value]]:
    """Title, filters, definitions, edition and marks of the grid."""
    lines: list[list[Value]] = [
        [say(language, "export_title"), grid.title],
        [say(language, "export_filters"), grid.filters],
        *edition_notes(edition, language),
        [say(language, "link"), link],
        [say(language, "citation"), citation(grid, edition, link, language)],
    ]
    for indicator in grid.indicators:
        numerator, denominator = definitions(indicator, language)
        label = label_of(indicator, language)
        terms = {
            "numerator": numerator,
            "denominator": denominator or say(language, "no_denominator"),
            "base": base_name(indicator, language),
        }
        lines.append([label, indicator.indicator_id])
        lines += [[f"{label} – {say(language, key)}", text] for key, text in terms.items()]
    lines += [
        [f"{pair.label} – {say(language, key)}", text]
        for pair in pairs(grid)
        for key, text in estimates(pair, language).items()
    ]
    lines += [[say(language, "comparison_note"), text] for text in cautions(grid, language)]
    return lines + [
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


def image(grid: Grid, source: str, kind: str, language: Language) -> bytes:
    """The chart with title and source, as "png" or "svg"."""
    spec = titled(chart(grid, language) or {}, grid, source, language)
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


def _write(
    sheet: Worksheet, lines: Lines, first_row: int = 0, cell_format: Format | None = None
) -> None:
    for row, line in enumerate(lines, start=first_row):
        for column, value in enumerate(line):
            if isinstance(value, str):
                sheet.write_string(row, column, disarmed(value), cell_format)
            elif value is not None:
                sheet.write_number(row, column, value, cell_format)


def _csv_value(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return disarmed(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return repr(value).replace(".", ",")
