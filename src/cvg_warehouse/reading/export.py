"""What people take away of a grid: CSV, XLSX, image, link and citation."""

import csv
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import vl_convert
import xlsxwriter

from cvg_warehouse.formats import day, number
from cvg_warehouse.formulas import disarmed
from cvg_warehouse.reading.charts import chart, titled
from cvg_warehouse.reading.data import WHOLE, Edition, Indicator
from cvg_warehouse.reading.figures import Figure, base_name, parts_text, value_text, written
from cvg_warehouse.reading.grids import Choice, Grid
from cvg_warehouse.reading.tables import MARKS, model
from cvg_warehouse.reading.texts import (
    Language,
    breakdown_label,
    contradiction,
    definitions,
    indicator_label,
    place_name,
    say,
)

Value = str | int | float | None
MOST_VALUES_NAMED, MOST_FIGURES_CITED = 12, 2
COLUMNS = (
    *("title", "indicator", "label", "year", "place", "place_name", "population", "breakdown"),
    *("breakdown_label", "status", "value", "unit", "numerator", "denominator", "lower", "upper"),
    *("base", "numerator_definition", "denominator_definition", "filters", "edition"),
)


def source_text(edition: Edition, language: Language) -> str:
    """Where a figure is from, in one line."""
    published = day(edition.published_at, language)
    text = say(language, "source_line", edition.edition_id, published)
    return text + (say(language, "citation_synthetic") if edition.is_synthetic else "")


def address(
    base: str, page: str, choice: Choice, language: Language, more: dict[str, str], anchor: str
) -> str:
    """The link to a view: every filter is in it, so that it shows the same tomorrow."""
    query = urlencode(query_of(choice, language) | more, doseq=True)
    return f"{base.rstrip('/')}/{page}?{query}#{anchor}"


def query_of(choice: Choice, language: Language) -> dict[str, str | list[str]]:
    """The filters as they stand in the address bar."""
    query: dict[str, str | list[str]] = {
        "annee": str(choice.year),
        "territoire": choice.place,
        "population": choice.population,
    }
    if choice.indicators:
        query["indicateur"] = list(choice.indicators)
    if language != "fr":
        query["langue"] = language
    return query


def citation(grid: Grid, edition: Edition, link: str, language: Language) -> str:
    """A citation of the view, to copy; with the figures of the chosen year, where few are shown."""
    figures = [
        f"{place_name(edition, cell.geography, language)}, {cell.year}"
        f" : {value_text(cell, language)} ({parts_text(cell, language)})"
        for cell in grid.cells
        if cell.year == grid.year and cell.value is not None and parts_text(cell, language)
    ]
    cited = grid.filters
    if grid.shape == "lines" and len(grid.columns) <= MOST_FIGURES_CITED:
        cited = " ; ".join([cited, *figures])
    synthetic = say(language, "citation_synthetic") if edition.is_synthetic else ""
    published = day(edition.published_at, language)
    return say(
        language,
        "citation_line",
        *(grid.title, cited, edition.edition_id, published, synthetic, link),
    )


def records(grid: Grid, edition: Edition, language: Language) -> list[list[Value]]:
    """The grid as a header and one line per figure, values as in the warehouse."""
    header: list[Value] = [say(language, "column_" + name) for name in COLUMNS]
    return [header] + [_record(figure, grid, edition, language) for figure in grid.cells]


def csv_bytes(lines: list[list[Value]]) -> bytes:
    """Semicolons, decimal comma and a byte-order mark, as French spreadsheets open it."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerows([_csv_value(value) for value in line] for line in lines)
    return b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8")


def xlsx_bytes(lines: list[list[Value]], notes: list[list[Value]], language: Language) -> bytes:
    """A workbook: the lines on the first sheet, what to know about them on the second."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        data = book.add_worksheet(say(language, "sheet_data"))
        data.freeze_panes(1, 0)
        data.set_column(0, len(lines[0]) - 1, 18)
        about = book.add_worksheet(say(language, "sheet_notes"))
        about.set_column(0, 0, 34, bold)
        about.set_column(1, 1, 100, wrapped)
        for sheet, rows in ((data, lines), (about, notes)):
            for row, line in enumerate(rows):
                for column, value in enumerate(line):
                    if isinstance(value, str):
                        heading = bold if sheet is data and row == 0 else None
                        sheet.write_string(row, column, disarmed(value), heading)
                    elif value is not None:
                        sheet.write_number(row, column, value)
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
        label = indicator_label(indicator, language)
        lines += [
            [label, indicator.indicator_id],
            [f"{label} – {say(language, 'numerator')}", numerator],
            [
                f"{label} – {say(language, 'denominator')}",
                denominator or say(language, "no_denominator"),
            ],
            [f"{label} – {say(language, 'base')}", base_name(indicator, language)],
        ]
    return lines + [
        [say(language, "status_" + mark), say(language, "meaning_" + mark)] for mark in MARKS
    ]


def edition_notes(edition: Edition, language: Language) -> list[list[Value]]:
    """Which edition a file is from."""
    kind = "synthetic" if edition.is_synthetic else "real_data"
    return [
        [say(language, "export_edition"), edition.edition_id],
        [say(language, "export_published"), day(edition.published_at, language)],
        [say(language, "edition_code_version"), edition.code_version],
        [say(language, "export_data"), say(language, kind)],
    ]


def edition_table(edition: Edition, language: Language) -> list[list[str]]:
    """All that an edition says of itself, in words."""
    shown: dict[str, str] = {
        "id": edition.edition_id,
        "published_at": day(edition.published_at, language),
        "audience": say(language, "audience_" + edition.audience),
        "years": f"{edition.first_year}–{edition.last_year}",
    }
    for name in ("code_version", "exports_hash", "rules_hash", "previous_edition_id"):
        shown[name] = edition.about[name] or "–"
    for name in (
        *("cells", "masked_cells", "primary_masks", "secondary_masks"),
        *("masked_share_of_counts", "recoverable_cells"),
    ):
        value = edition.about[name]
        unit = "share" if name == "masked_share_of_counts" else "people"
        shown[name] = "–" if value is None else written(value, unit, language)
    return [[say(language, "edition_" + name), text] for name, text in shown.items()]


def reconciliation_lines(
    rows: list[Mapping[str, Any]], edition: Edition, language: Language
) -> tuple[list[str], list[list[str]]]:
    """Printed beside computed figures, as a header and lines of text."""
    header = [
        say(language, "column_" + name)
        for name in (
            *("figure", "kind", "printed", "computed", "difference", "status", "evidence"),
            "indicator",
        )
    ]

    def text(row: Mapping[str, Any], name: str) -> str:
        value, decimals = row[name], 0 if row["kind"] == "count" else 1
        return "" if value is None else number(value, decimals, language)

    lines = [
        [
            row["figure_id"],
            say(language, "figure_kind_" + row["kind"]),
            *(text(row, name) for name in ("printed", "computed", "difference")),
            say(language, "reconciliation_" + row["status"]),
            contradiction(edition, row["contradiction_id"], language),
            row["indicator_id"] or "",
        ]
        for row in rows
    ]
    return header, lines


def values_text(indicator: Indicator, edition: Edition, language: Language) -> str:
    """The breakdown values of an indicator, or how many there are."""
    values = [value for value in edition.breakdowns.get(indicator.indicator_id, ()) if value]
    if len(values) > MOST_VALUES_NAMED:
        return say(language, "many_values", len(values))
    labels = (breakdown_label(edition, indicator, value, language) for value in values)
    return " ; ".join(labels)


def dictionary_lines(
    indicators: list[Indicator], edition: Edition, language: Language
) -> tuple[list[str], list[list[str]]]:
    """The catalogue as a header and lines of text."""
    header = [
        say(language, "column_" + name)
        for name in (
            *("indicator", "label", "theme", "statistic", "counting_unit", "base"),
            *("numerator_definition", "denominator_definition", "breakdown", "model"),
            "published_in",
        )
    ]
    lines = []
    for indicator in indicators:
        numerator, denominator = definitions(indicator, language)
        lines.append(
            [
                indicator.indicator_id,
                indicator_label(indicator, language),
                say(language, "theme_" + indicator.theme),
                say(language, "statistic_" + indicator.statistic),
                say(language, "counted_" + indicator.counting_unit),
                base_name(indicator, language) if indicator.base else "",
                numerator,
                denominator or "",
                values_text(indicator, edition, language),
                model(indicator.indicator_id),
                indicator.published_in or "",
            ]
        )
    return header, lines


def image(grid: Grid, source: str, kind: str, language: Language) -> bytes:
    """The chart with title and source, as "png" or "svg"."""
    spec = titled(chart(grid, language) or {}, grid, source)
    if kind == "svg":
        return vl_convert.vegalite_to_svg(spec).encode("utf-8")
    return vl_convert.vegalite_to_png(spec, scale=2)


def file_name(grid: Grid, edition: Edition, kind: str) -> str:
    """A name that tells the view and the edition."""
    place = "" if grid.focus == WHOLE else f"-{grid.focus}"
    return f"cvg-{grid.key}{place}-{grid.year}-{edition.edition_id}.{kind}"


def _record(figure: Figure, grid: Grid, edition: Edition, language: Language) -> list[Value]:
    indicator, cell = figure.indicator, figure.cell
    numerator, denominator = definitions(indicator, language)
    unit = "share_unit_note" if indicator.unit == "share" else "unit_name_" + indicator.unit
    return [
        grid.title,
        indicator.indicator_id,
        indicator_label(indicator, language),
        figure.year,
        figure.geography,
        place_name(edition, figure.geography, language),
        figure.population,
        figure.breakdown,
        breakdown_label(edition, indicator, figure.breakdown, language),
        say(language, "status_" + figure.status),
        cell.value if cell else None,
        say(language, unit),
        cell.numerator if cell else None,
        cell.denominator if cell else None,
        cell.lower if cell else None,
        cell.upper if cell else None,
        base_name(indicator, language),
        numerator,
        denominator,
        grid.filters,
        edition.edition_id,
    ]


def _csv_value(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return disarmed(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return repr(value).replace(".", ",")
