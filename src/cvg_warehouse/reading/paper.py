"""Pages to print: key figures, charts two by two, their tables, what marks and words mean."""

import io
import json
from collections.abc import Iterable, Sequence
from math import sqrt
from typing import NamedTuple, cast

import vl_convert
from fpdf import FPDF
from fpdf.enums import MethodReturnValue
from fpdf.fonts import FontFace

from cvg_warehouse.formats import MINUS, NARROW_SPACE
from cvg_warehouse.reading.charts import chart, left_to_the_table
from cvg_warehouse.reading.charts.common import BESIDE, CHOSEN
from cvg_warehouse.reading.comparisons import cautions
from cvg_warehouse.reading.data import Edition, Indicator
from cvg_warehouse.reading.figures import Figure, base_name, interval_text, parts_text, value_text
from cvg_warehouse.reading.grids import Grid, cut_text
from cvg_warehouse.reading.legend import caption, legend_lines
from cvg_warehouse.reading.lists import TextTable
from cvg_warehouse.reading.sentences import sentence
from cvg_warehouse.reading.sources import rules_line, source_text
from cvg_warehouse.reading.texts import Language, definitions, label_of, say

# In millimetres.
MARGIN, GAP, WIDTH = 14, 6, 182
HALF = (WIDTH - GAP) / 2
# A chart is drawn as wide as on a phone or a screen, so that its letters are of one size on paper.
PIXELS_PER_MM, SCALE = 4.8, 2.5
# The height of a line in millimetres, for a letter of one point.
LINE = 0.44
WIDE = ("stacked", "matrix", "crosstab", "flow", "multiples")
# What has no chart.
IN_WORDS = ("cards", "figures", "table")
MOST_COLUMNS = 6
# The height of a table's row, and how much of a table is kept from being cut.
ROW, MOST_KEPT = 4.5, 90
# The share of a table's width that the headings of its rows take.
FIRST = 0.34
INK, GREY, RULE = (34, 34, 34), (89, 89, 89), (190, 198, 204)
# Told apart in grey: the chosen place is dark, the whole beside it light.
ON_PAPER = {CHOSEN: "#003A5D", BESIDE: "#8C8C8C"}
# What the font of every reader of PDF does not have, and what stands for it.
WRITTEN = str.maketrans(
    {NARROW_SPACE: "\u00a0", MINUS: "–", "\u2060": "", "→": ">", "▲": "+", "▼": "–"}
)
ENCODING = "windows-1252"


class Titled(NamedTuple):
    """A table of texts and its title."""

    title: str
    table: TextTable


class _Picture(NamedTuple):
    """A block's heading, its chart as PNG, and their sizes on the page."""

    title: str
    about: str
    png: bytes
    width: float
    height: float
    remark: str


def page_pdf(
    title: str,
    about: str,
    grids: Sequence[Grid],
    edition: Edition,
    link: str,
    language: Language,
    tables: Sequence[Titled] = (),
    defined: Iterable[Indicator] = (),
) -> bytes:
    """A page of the viewer as PDF, A4 upright; what has many columns lies on its side."""
    paper = _Paper(title, edition, language)
    is_wide = any(len(one.table[0]) > MOST_COLUMNS for one in tables)
    paper.add_page(orientation="landscape" if is_wide else "portrait")
    paper.heading(title, 18)
    if about:
        paper.heading(about, 11)
    for text in filter(None, (rules_line(edition, language), link)):
        paper.small(text)
    in_words = [grid for grid in grids if grid.shape in IN_WORDS]
    drawn = [grid for grid in grids if grid.shape not in IN_WORDS]
    for grid in in_words:
        _write_table(paper, grid, language)
    pictures = [picture for grid in drawn if (picture := _picture(grid, language))]
    for row in _rows(pictures):
        paper.side_by_side(row)
    if drawn:
        paper.part(say(language, "paper_tables"))
    for grid in drawn:
        _write_table(paper, grid, language)
    for one in tables:
        paper.write_table(one.title, "", *one.table)
    marks = list(dict.fromkeys(line for grid in grids for line in legend_lines(grid, language)))
    if marks:
        paper.part(say(language, "paper_marks"))
    for text in marks:
        paper.small(text)
    shown = (one for grid in grids for one in grid.indicators)
    paper.definitions({one.indicator_id: one for one in (*shown, *defined)}.values())
    return paper.finished()


class _Paper(FPDF):
    """Pages that say at head and foot what they are of and for whom."""

    def __init__(self, title: str, edition: Edition, language: Language) -> None:
        super().__init__()
        self.core_fonts_encoding = ENCODING
        self._language = language
        self._head = written(f"{say(language, 'app_title')} – {title}")
        self._audience = written(say(language, "audience_" + edition.audience))
        self._foot = written(source_text(edition, language))
        self.set_lang(language)
        self.set_title(self._head)
        self.set_subject(self._foot)
        self.set_creation_date(edition.published_at)
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, MARGIN + 6)

    def header(self) -> None:
        """Called by the library at the head of each page."""
        self.set_font("helvetica", size=8)
        self.set_text_color(*GREY)
        self.set_y(MARGIN - 6)
        self.cell(self.epw * 0.6, 4, self._head)
        self.set_font("helvetica", "B", 8)
        self.cell(self.epw * 0.4, 4, self._audience, align="R", new_x="LMARGIN", new_y="NEXT")
        self._rule(self.get_y() + 1)
        self.set_y(MARGIN + 2)
        self.set_text_color(*INK)

    def footer(self) -> None:
        """Called by the library at the end of each page."""
        self._rule(-MARGIN - 2 + self.h)
        self.set_y(-MARGIN)
        self.set_font("helvetica", size=7)
        self.set_text_color(*GREY)
        self.multi_cell(self.epw - 20, 3, self._foot, align="L", new_x="RIGHT", new_y="TOP")
        self.cell(20, 3, f"{self.page_no()} / {{nb}}", align="R")
        self.set_text_color(*INK)

    def finished(self) -> bytes:
        """The file."""
        return bytes(self.output())

    def write_lines(self, text: str, size: float, style: str = "", width: float = 0) -> None:
        """A text in as many lines as it needs, from where the pen stands; grey unless bold."""
        self.set_font("helvetica", style, size)
        self.set_text_color(*(INK if style else GREY))
        height = size * LINE
        self.multi_cell(width, height, written(text), align="L", new_x="LEFT", new_y="NEXT")
        self.set_text_color(*INK)

    def heading(self, text: str, size: float) -> None:
        """A title."""
        self.write_lines(text, size, "B")
        self.ln(1)

    def part(self, text: str) -> None:
        """The title of a part of the document, with room for what follows."""
        self.needs(40)
        self.ln(3)
        self.heading(text, 13)

    def small(self, text: str) -> None:
        """A remark."""
        self.write_lines(text, 8)

    def needs(self, height: float) -> None:
        """Begin another page where there is less room than this."""
        if self.will_page_break(height):
            self.add_page()

    def side_by_side(self, row: Sequence[_Picture]) -> None:
        """Charts beside one another, never cut."""
        self.ln(3)
        head = max(self._head_height(picture) for picture in row)
        foot = max(self._height(picture.remark, 7, "", picture.width) for picture in row)
        room = self.h - 2 * MARGIN - 12 - head - foot
        tallest = min(room, max(picture.height for picture in row))
        self.needs(head + tallest + foot)
        top, left = self.get_y(), float(MARGIN)
        for picture in row:
            size = min(1.0, tallest / picture.height)
            self.set_xy(left, top)
            self.write_lines(picture.title, 10, "B", picture.width)
            self.write_lines(picture.about, 7, "", picture.width)
            png, width = io.BytesIO(picture.png), picture.width * size
            self.image(png, left, top + head, w=width, alt_text=picture.title)
            self.set_xy(left, top + head + picture.height * size)
            self.write_lines(picture.remark, 7, "", picture.width)
            left += picture.width + GAP
        self.set_xy(MARGIN, top + head + tallest + foot)

    def write_table(
        self, title: str, about: str, header: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> None:
        """A table under its title; its header stands on each page that it goes on to."""
        columns = len(header) - 1
        # A short table stays whole; a long one begins where some rows of it have room.
        self.needs(min(20 + ROW * len(rows), MOST_KEPT))
        self.ln(2.5)
        self.heading(title, 10)
        if about:
            self.small(about)
            self.ln(0.8)
        self.set_font("helvetica", size=8 if columns <= MOST_COLUMNS else 7)
        self.set_draw_color(*RULE)
        widths = _widths(header, rows) if not about else (FIRST, *[(1 - FIRST) / columns] * columns)
        with self.table(
            col_widths=widths,
            text_align=("LEFT", *["RIGHT"] * columns) if about else "LEFT",
            borders_layout="HORIZONTAL_LINES",
            headings_style=FontFace(emphasis="BOLD", fill_color=(234, 240, 244)),
            line_height=3.6,
            padding=(0.35, 1),
        ) as table:
            for line in (header, *rows):
                table.row([written(text) for text in line])

    def definitions(self, indicators: Iterable[Indicator]) -> None:
        """What each indicator counts and divides by."""
        language = self._language
        shown = list(indicators)
        if shown:
            self.part(say(language, "paper_definitions"))
        for indicator in shown:
            numerator, denominator = definitions(indicator, language)
            terms = {
                "numerator": numerator,
                "denominator": denominator,
                "base" if indicator.base else "counted": base_name(indicator, language),
            }
            said = " ; ".join(
                say(language, "named", say(language, key), text)
                for key, text in terms.items()
                if text
            )
            self.needs(9)
            self.set_font("helvetica", "B", 8)
            self.multi_cell(
                WIDTH,
                3.8,
                written(label_of(indicator, language)),
                align="L",
                new_x="LMARGIN",
                new_y="NEXT",
            )
            self.small(said)
            self.ln(0.8)

    def _head_height(self, picture: _Picture) -> float:
        title = self._height(picture.title, 10, "B", picture.width)
        return title + self._height(picture.about, 7, "", picture.width) + 1

    def _height(self, text: str, size: float, style: str, width: float) -> float:
        """How high `write_lines` makes a text."""
        if not text:
            return 0
        self.set_font("helvetica", style, size)
        line = size * LINE
        found = self.multi_cell(
            width, line, written(text), align="L", dry_run=True, output=MethodReturnValue.HEIGHT
        )
        return cast(float, found)

    def _rule(self, y: float) -> None:
        self.set_draw_color(*RULE)
        self.line(MARGIN, y, MARGIN + self.epw, y)


def written(text: str) -> str:
    """The text in the signs that the font has."""
    return text.translate(WRITTEN).encode(ENCODING, "replace").decode(ENCODING)


def _widths(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """How wide columns of texts are beside one another: the longer, the wider, within reason."""
    return [sqrt(max(12, *map(len, column))) for column in zip(header, *rows, strict=True)]


def _picture(grid: Grid, language: Language) -> _Picture | None:
    spec = chart(grid, language)
    if spec is None:
        return None
    width = WIDTH if grid.shape in WIDE else HALF
    text = json.dumps({**spec, "width": width * PIXELS_PER_MM})
    for on_screen, on_paper in ON_PAPER.items():
        text = text.replace(on_screen, on_paper)
    png = vl_convert.vegalite_to_png(text, scale=SCALE)
    # A PNG says its size in its first bytes.
    across, down = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    said = (
        sentence(grid, language),
        cut_text(grid, language),
        left_to_the_table(grid, language),
        *cautions(grid, language),
    )
    return _Picture(
        grid.title, grid.filters, png, width, width * down / across, " ".join(filter(None, said))
    )


def _rows(pictures: Sequence[_Picture]) -> list[list[_Picture]]:
    """Two charts in a row, a wide one alone."""
    rows: list[list[_Picture]] = []
    for picture in pictures:
        beside = rows[-1] if rows else []
        if picture.width == HALF and len(beside) == 1 and beside[0].width == HALF:
            beside.append(picture)
        else:
            rows.append([picture])
    return rows


def _write_table(paper: _Paper, grid: Grid, language: Language) -> None:
    """The grid's table; one of many columns in parts that each have the headings of the rows.

    Key figures are those of the chosen year and of the one before.
    """
    grid = grid.shortened
    years = (grid.year, grid.year - 1) if grid.shape == "cards" else ()
    shown = [n for n, head in enumerate(grid.columns) if not years or head.year in years]
    about = " ".join(filter(None, (caption(grid, language), cut_text(grid, language))))
    for first in range(0, len(shown), MOST_COLUMNS):
        columns = shown[first : first + MOST_COLUMNS]
        heads = [grid.columns[n].label or say(language, "column_value") for n in columns]
        rows = [
            [head.label, *(_in_a_cell(figures[n], language) for n in columns)]
            for head, figures in zip(grid.rows, grid.figures, strict=True)
        ]
        paper.write_table(grid.title, about, [grid.corner, *heads], rows)


def _in_a_cell(figure: Figure | None, language: Language) -> str:
    if figure is None:
        return ""
    details = parts_text(figure, language), interval_text(figure, language)
    said = " ".join(filter(None, details))
    return value_text(figure, language) + (f" ({said})" if said else "")
