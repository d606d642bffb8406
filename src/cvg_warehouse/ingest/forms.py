"""Reads the half-yearly form of a worksite: its totals as declared, never as rows of people.

An empty cell is not available, `s` is secret; neither is zero. The lines that name staff are
dropped here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import takewhile

import polars as pl

from cvg_warehouse.contracts.dialogue import (
    COUNTED,
    FORM_COLUMNS,
    FORM_KEY,
    NOT_AVAILABLE,
    NOT_SENT,
    SECRET,
    SECRET_SIGN,
    Line,
    Part,
    is_form_header,
    part_names,
)
from cvg_warehouse.contracts.seeds import territory_of_worksite
from cvg_warehouse.contracts.text import INVISIBLE, words_of
from cvg_warehouse.ingest.identities import DELIVERY, ORDER, SENDER
from cvg_warehouse.ingest.senders import spaced, worksite_in
from cvg_warehouse.ingest.sheets import FileRefused, Place, RawForm

HISTORY = (*FORM_COLUMNS, "annee", SENDER, DELIVERY, ORDER)
"""Columns of every line of a form that was ever taken in; all are texts."""
PERIOD = re.compile(r"du\s+(\d{2}/\d{2}/\d{4})\s+au\s+(\d{2}/\d{2}/\d{4})", re.IGNORECASE)
SPACES = str.maketrans("", "", f" {INVISIBLE}")
LARGEST = 1_000_000


@dataclass(frozen=True)
class Declared:
    """A line of a form, as the worksite declares it."""

    line_id: str
    state: str
    number: str
    """With a decimal point; '' unless the state is `nombre`."""
    line: int
    """Line of the file; that of the notice where the line is not transmitted."""


@dataclass
class Form:
    """One form as read."""

    sheet: str
    worksite: str
    first_day: date
    last_day: date
    lines: list[Declared] = field(default_factory=list)
    held: list[Place] = field(default_factory=list)
    """Lines that are not taken."""
    staff: int = 0
    """Lines with names of staff, dropped."""

    @property
    def read(self) -> int:
        """Lines that count: neither header nor blank, method or staff."""
        return len({one.line for one in self.lines}) + len(self.held)


def read_form(raw: RawForm, path: str) -> Form:
    """The declared totals of a form.

    Raises FileRefused where it does not say its worksite and its period.
    """
    notes = [cells for _, cells in takewhile(lambda row: not is_form_header(row[1]), raw.rows)]
    texts = [" ".join(cells) for cells in notes]
    first, last = _period(texts, raw.sheet)
    form = Form(raw.sheet, _worksite(texts, path, raw.sheet), first, last)
    seen: set[str] = set()
    for line, cells in raw.rows[len(notes) + 1 :]:
        part_name, label, number, *_ = (cell.strip() for cell in (*cells, "", "", ""))
        if not any((part_name, label, number)):
            continue
        part = part_names().get(words_of(part_name))
        if part is None:
            form.held.append(Place("form_part_unknown", raw.sheet, line))
        elif part.content == "staff":
            form.staff += 1
        elif part.content == "counted":
            _take(form, part, label, number, line, seen)
    if not form.lines and not form.held:
        raise FileRefused("file_empty", raw.sheet)
    return form


def _take(form: Form, part: Part, label: str, number: str, line: int, seen: set[str]) -> None:
    declared = part.line_of(label)
    check_id = "" if declared else "form_line_unknown"
    if declared and declared.line_id in seen:
        check_id = "form_line_twice"
    state, value = NOT_SENT, ""
    if declared and declared.unit != "notice":
        state, value = _said(number, declared)
        check_id = check_id or ("" if state else "form_number_unreadable")
    if check_id or declared is None:
        form.held.append(Place(check_id, form.sheet, line))
        return
    seen.add(declared.line_id)
    told = [declared]
    if declared.unit == "notice":
        told = [one for one in part.lines if one.is_justice and one.unit != "notice"]
        told = [one for one in told if one.line_id not in seen]
        seen |= {one.line_id for one in told}
    form.lines += [Declared(one.line_id, state, value, line) for one in told]


def _said(text: str, line: Line) -> tuple[str, str]:
    """State and number of a cell; no state where it cannot be read. People are whole."""
    plain = text.translate(SPACES)
    if not plain:
        return NOT_AVAILABLE, ""
    if plain.casefold() == SECRET_SIGN:
        return SECRET, ""
    try:
        number = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        return "", ""
    if not number.is_finite() or not 0 <= number < LARGEST:
        return "", ""
    is_whole = number == number.to_integral_value()
    if line.unit == "people" and not is_whole:
        return "", ""
    return COUNTED, str(int(number) if is_whole else number)


def _period(notes: list[str], sheet: str) -> tuple[date, date]:
    found = {days for note in notes for days in PERIOD.findall(note)}
    if len(found) != 1:
        raise FileRefused("form_period_missing", sheet)
    try:
        first, last = (datetime.strptime(day, "%d/%m/%Y").date() for day in found.pop())
    except ValueError:
        raise FileRefused("form_period_wrong", sheet) from None
    if not first <= last <= date.today():
        raise FileRefused("form_period_wrong", sheet)
    return first, last


def _worksite(notes: list[str], path: str, sheet: str) -> str:
    """Whose form it is: by its path, else by its first lines."""
    said = {code for note in notes for code in _codes_in(note)}
    named = worksite_in(path)
    if named:
        said.add(named)
    if not said:
        raise FileRefused("form_worksite_missing", sheet)
    if len(said) > 1:
        raise FileRefused("form_worksite_other", sheet)
    return said.pop()


def _codes_in(text: str) -> list[str]:
    words = spaced(text)
    return [code for code in territory_of_worksite() if spaced(code) in words]


def history_of(form: Form, path: str, delivery: str, order: str) -> pl.DataFrame:
    """The lines of a form as they are kept."""
    rows = [
        (
            form.worksite,
            form.first_day.isoformat(),
            form.last_day.isoformat(),
            one.line_id,
            one.state,
            one.number,
            path,
            form.sheet,
            str(one.line),
            str(form.last_day.year),
            form.worksite,
            delivery,
            order,
        )
        for one in form.lines
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(HISTORY, pl.String), orient="row")


def no_history() -> pl.DataFrame:
    """No form was ever taken in."""
    return pl.DataFrame(schema=dict.fromkeys(HISTORY, pl.String))


def together(earlier: pl.DataFrame, new: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Every line ever taken in; a file that is read again replaces what it said before."""
    taken = pl.concat([no_history(), *new])
    others = earlier.filter(~pl.col(DELIVERY).is_in(taken[DELIVERY].unique().to_list()))
    return pl.concat([others, taken]).sort(DELIVERY, "ligne", ORDER)


def latest(history: pl.DataFrame) -> pl.DataFrame:
    """The lines of the latest form of each worksite and period."""
    last = pl.concat_str(ORDER, DELIVERY, separator=" ")
    return history.filter(last == last.max().over(FORM_KEY)).sort(*FORM_KEY, "ligne")
