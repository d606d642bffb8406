"""The sheets of a workbook: numbers as numbers in the format people read, marks as texts."""

import io
from collections.abc import Sequence
from textwrap import wrap

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cvg_warehouse.formulas import disarmed
from cvg_warehouse.reading.export import Lines
from cvg_warehouse.reading.figures import Figure, decimals_of, value_text
from cvg_warehouse.reading.texts import Language, say

INK = "#0B3D5C"
A4 = 9
# In characters of the usual font; a text above a table is as wide as the first columns.
FIRST_WIDTH, NUMBER_WIDTH, TEXT_WIDTH, NOTE_WIDTH = 60, 14, 30, 100
TEXT_COLUMNS = 3
LINE_HEIGHT = 15

# A cell of a table: a heading, a number, or a figure with its format or mark.
Line = Sequence[str | float | Figure | None]


class Book:
    """A workbook in memory."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._stream = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(self._stream, options)
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def closed(self) -> bytes:
        """The finished workbook."""
        self._book.close()
        return self._stream.getvalue()

    def add_contents(
        self, name: str, title: str, known: Sequence[str], sheets: Sequence[tuple[str, str]]
    ) -> None:
        """A sheet that links to the others, by name and title."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 0, NOTE_WIDTH)
        self._write_title(sheet, title)
        for row, text in enumerate(known, start=1):
            sheet.set_row(row, _height(text, NOTE_WIDTH))
            sheet.write_string(row, 0, disarmed(text), self._format(text_wrap=True))
        for row, (other, text) in enumerate(sheets, start=len(known) + 2):
            sheet.write_url(row, 0, f"internal:'{other}'!A1", string=disarmed(text))

    def add_table(
        self,
        name: str,
        above: Sequence[str],
        header: Sequence[str],
        lines: Sequence[Line],
        below: Sequence[str],
        filtered: int = 0,
    ) -> None:
        """A table as on the screen; `filtered` says how many columns are texts to filter by."""
        sheet = self._book.add_worksheet(name)
        texts = filtered or 1
        sheet.set_column(0, 0, FIRST_WIDTH)
        sheet.set_column(1, len(header) - 1, NUMBER_WIDTH)
        for column in range(1, texts):
            sheet.set_column(column, column, TEXT_WIDTH)
        title, *others = above
        self._write_title(sheet, title)
        for row, text in enumerate(others, start=1):
            self._write_across(sheet, row, text)
        top = len(above) + 1
        heading = self._format(
            bold=True, font_color="#FFFFFF", bg_color=INK, text_wrap=True, valign="top"
        )
        sheet.set_row(top, max(_height(text, NUMBER_WIDTH) for text in header))
        for column, text in enumerate(header):
            sheet.write_string(top, column, disarmed(text), heading)
        for row, line in enumerate(lines, start=top + 1):
            for column, value in enumerate(line):
                self._write(sheet, row, column, value)
        if filtered and lines:
            sheet.autofilter(top, 0, top + len(lines), len(header) - 1)
        sheet.freeze_panes(top + 1, texts)
        for row, text in enumerate(below, start=top + len(lines) + 2):
            self._write_across(sheet, row, text)
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
        sheet.set_footer("&L&A&R&P / &N")

    def add_lines(self, name: str, lines: Lines) -> None:
        """Lines under a header, as they are."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(lines[0]) - 1, 18)
        sheet.autofilter(0, 0, max(1, len(lines) - 1), len(lines[0]) - 1)
        for row, line in enumerate(lines):
            for column, value in enumerate(line):
                self._write(sheet, row, column, value, None if row else self._format(bold=True))

    def add_notes(self, name: str, lines: Lines) -> None:
        """Names and what there is to know of each."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 0, 34, self._format(bold=True))
        sheet.set_column(1, 1, NOTE_WIDTH, self._format(text_wrap=True, valign="top"))
        for row, line in enumerate(lines):
            for column, value in enumerate(line):
                self._write(sheet, row, column, value)

    def _write_title(self, sheet: Worksheet, title: str) -> None:
        sheet.set_row(0, 22)
        sheet.write_string(0, 0, disarmed(title), self._format(bold=True, font_size=14))

    def _write_across(self, sheet: Worksheet, row: int, text: str) -> None:
        """A text over several columns, in as many lines as it needs."""
        wrapped = self._format(text_wrap=True, valign="top")
        sheet.set_row(row, _height(text, FIRST_WIDTH + TEXT_COLUMNS * NUMBER_WIDTH))
        sheet.merge_range(row, 0, row, TEXT_COLUMNS, "", wrapped)
        sheet.write_string(row, 0, disarmed(text), wrapped)

    def _write(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        value: str | float | Figure | None,
        cell_format: Format | None = None,
    ) -> None:
        if isinstance(value, Figure):
            self._write_figure(sheet, row, column, value)
        elif isinstance(value, str):
            sheet.write_string(row, column, disarmed(value), cell_format)
        elif value is not None:
            sheet.write_number(row, column, value, cell_format)

    def _write_figure(self, sheet: Worksheet, row: int, column: int, figure: Figure) -> None:
        if figure.value is None:
            mark = self._format(italic=True, font_color="#595959", align="right")
            sheet.write_string(row, column, value_text(figure, self._language), mark)
            return
        unit = figure.indicator.unit
        value = 100 * figure.value if unit == "points" else figure.value
        as_read = self._format(num_format=number_format(figure, self._language))
        sheet.write_number(row, column, value, as_read)

    def _format(self, **properties: object) -> Format:
        key = tuple(properties.items())
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]


def number_format(figure: Figure, language: Language) -> str:
    """How a spreadsheet writes the figure as the screen does."""
    unit, decimals = figure.indicator.unit, decimals_of(figure)
    part = "." + "0" * decimals if decimals else ""
    if unit == "share":
        return f"0{part}%"
    if unit in ("points", "months", "years"):
        return f'0{part}" {say(language, "unit_" + unit)}"'
    return f"#,##0{part}"


def _height(text: str, width: int) -> int:
    """How high the row of a text is that is `width` characters wide."""
    return LINE_HEIGHT * max(1, len(wrap(text, width)))
