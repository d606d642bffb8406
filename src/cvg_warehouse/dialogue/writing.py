"""Writes a form: as the layout that software on worksites reads (CSV), a workbook, or pages."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import xlsxwriter
from fpdf import FPDF
from fpdf.fonts import FontFace

from cvg_warehouse.contracts.dialogue import FORM_HEADER, FORM_SHEET
from cvg_warehouse.dialogue.counted import FormOut
from cvg_warehouse.files import owner_only, unfinished_file, unfinished_folder
from cvg_warehouse.formulas import disarmed
from cvg_warehouse.terminal import Refusal, shown

INK = "#0B3D5C"
WIDTHS = (38, 70, 12, 10)
PAGE_WIDTHS = (130, 30, 30)


def write_form(form: FormOut, file: Path) -> None:
    """Write a form in the format of the file's ending; never over another file.

    Only its owner may read it. Raises Refusal where it cannot be written.
    """
    writer = _writer(file.suffix.lower(), file)
    if file.exists():
        raise Refusal(f"--out {shown(file)}: exists; name another file")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with owner_only(), unfinished_file(file) as unfinished:
            writer(form, unfinished)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise _unwritable(file, error) from None


def write_forms(forms: list[FormOut], folder: Path, suffix: str) -> None:
    """Write the forms of several worksites into a new folder: all, or none."""
    writer = _writer(suffix, folder)
    if folder.exists():
        raise Refusal(f"--out {shown(folder)}: exists; name a new folder")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with owner_only(), unfinished_folder(folder, 0o700) as unfinished:
            for form in forms:
                period = f"{form.period.first_day}_{form.period.last_day}"
                writer(form, unfinished / f"dialogue_{form.worksite}_{period}{suffix}")
            unfinished.rename(folder)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise _unwritable(folder, error) from None


def _unwritable(place: Path, error: Exception) -> Refusal:
    reason = getattr(error, "strerror", None) or "not writable"
    return Refusal(f"--out {shown(place)}: cannot be written ({reason})")


def _writer(suffix: str, place: Path) -> Callable[[FormOut, Path], None]:
    if suffix not in WRITERS:
        known = ", ".join(WRITERS)
        raise Refusal(f"--out {shown(place)}: name a file that ends with one of {known}")
    return WRITERS[suffix]


def _write_csv(form: FormOut, file: Path) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        stream.writelines(f"# {note}\r\n" for note in form.notes)
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(FORM_HEADER)
        for said in form.lines:
            cells = _text(said.number), _text(said.percent)
            writer.writerow([said.part, disarmed(said.label), *cells])


def _write_workbook(form: FormOut, file: Path) -> None:
    book = xlsxwriter.Workbook(
        str(file), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    )
    book.set_properties({"title": form.title, "created": _moment(form)})
    font = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
    note = book.add_format(font | {"italic": True})
    heading = book.add_format(font | {"bold": True, "bg_color": INK, "font_color": "#FFFFFF"})
    text = book.add_format(font | {"text_wrap": True})
    whole, decimal = (book.add_format(font | {"num_format": form}) for form in ("#,##0", "0.0"))
    sheet = book.add_worksheet(FORM_SHEET)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    for line, words in enumerate(form.notes):
        sheet.write_string(line, 0, words, note)
    top = len(form.notes)
    for column, name in enumerate(FORM_HEADER):
        sheet.write_string(top, column, name, heading)
    for line, said in enumerate(form.lines, start=top + 1):
        sheet.write_string(line, 0, said.part, text)
        sheet.write_string(line, 1, said.label, text)
        for column, number in ((2, said.number), (3, said.percent)):
            if number is not None:
                is_whole = number.as_tuple().exponent == 0
                sheet.write_number(line, column, float(number), whole if is_whole else decimal)
    sheet.freeze_panes(top + 1, 0)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    book.close()


class _Pages(FPDF):
    """Pages with the worksite, the period and their number at the foot."""

    def __init__(self, form: FormOut) -> None:
        super().__init__()
        # Latin-1, its default, has neither the long dash nor the ligature oe.
        self.core_fonts_encoding = "windows-1252"
        self.foot = f"{form.worksite}, {form.period}"
        self.set_lang("fr")
        self.set_title(form.title)
        self.set_creation_date(_moment(form))
        self.set_margin(10)

    def footer(self) -> None:
        """Called by the library at the end of each page."""
        self.set_y(-10)
        self.set_font("helvetica", size=8)
        self.cell(text=f"{self.foot} - page {self.page_no()}")


def _write_pages(form: FormOut, file: Path) -> None:
    pages = _Pages(form)
    pages.add_page()
    title, *notes = form.notes
    for text, size in ((title, 14), *((note, 9) for note in notes)):
        pages.set_font("helvetica", "B" if size > 9 else "", size)
        pages.multi_cell(0, text=text, new_x="LMARGIN", new_y="NEXT")
    for part, lines in groupby(form.lines, key=lambda said: said.part):
        pages.ln(3)
        pages.set_font("helvetica", size=9)
        with pages.table(
            col_widths=PAGE_WIDTHS,
            text_align=("LEFT", "RIGHT", "RIGHT"),
            borders_layout="HORIZONTAL_LINES",
            headings_style=FontFace(emphasis="BOLD"),
            line_height=5,
        ) as table:
            table.row([part, *FORM_HEADER[2:]])
            for said in lines:
                table.row([said.label, _text(said.number), _text(said.percent)])
    pages.output(str(file))


def _text(number: Decimal | None) -> str:
    """With a decimal comma; nothing where it is not available."""
    return "" if number is None else str(number).replace(".", ",")


def _moment(form: FormOut) -> datetime:
    """The end of the period: the same form is the same file."""
    return datetime.combine(form.period.last_day, datetime.min.time(), UTC)


WRITERS: dict[str, Callable[[FormOut, Path], None]] = {
    ".xlsx": _write_workbook,
    ".csv": _write_csv,
    ".pdf": _write_pages,
}
SUFFIXES = tuple(WRITERS)
"""Endings of the formats that a form is written in."""
