"""What a form says: its lines in order, each with what the worksite's rows count."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb

from cvg_warehouse.contracts.dialogue import FORM_SHEET, Line, Part, parts
from cvg_warehouse.contracts.seeds import today
from cvg_warehouse.template import SYNTHETIC
from cvg_warehouse.terminal import Refusal, shown

NOT_AGAIN = "build the warehouse again: cvg build"
PERIODS = "select period_id from dim_reporting_periods where first_day = ? and last_day = ?"
COUNTED = """
    select worksite_id, line_id, number, share, base, unknown
    from mart_dialogue where period_id = ? and coalesce(worksite_id = ?, true)
"""
IS_SYNTHETIC = (
    "select coalesce(bool_and(is_synthetic), false) from dim_exports where rows_loaded > 0"
)
RESTRICTED = (
    "Diffusion restreinte : de petits effectifs peuvent désigner une personne. Pour le chantier et "
    "ses financeurs conventionnés seulement."
)
STAFF = "À compléter par le chantier : fonction et ETP, sans nom"
METHOD = (
    "Personnes distinctes, comptées dans les lignes livrées par le chantier",
    "Une réponse non renseignée est comptée à part, jamais comme un non ; une case vide n'est pas "
    "disponible",
    "La part est celle de la base du tableau, arrondie à une décimale ; sans base, pas de part",
)


@dataclass(frozen=True)
class Period:
    """A period that is counted."""

    period_id: str
    first_day: date
    last_day: date

    def __str__(self) -> str:
        return f"du {self.first_day:%d/%m/%Y} au {self.last_day:%d/%m/%Y}"


@dataclass(frozen=True)
class Said:
    """A line of a form as it is written."""

    part: str
    label: str
    number: Decimal | None = None
    """Whole for people, with one decimal for a mean; None where it is not available."""
    percent: Decimal | None = None
    """With one decimal; None where the line has no share, or its base is empty."""


@dataclass(frozen=True)
class FormOut:
    """A form, ready to be written."""

    worksite: str
    label: str
    period: Period
    is_synthetic: bool
    lines: tuple[Said, ...]

    @property
    def title(self) -> str:
        """What stands at its head."""
        return f"Outil de {FORM_SHEET.lower()}, programme CVG"

    @property
    def notes(self) -> list[str]:
        """What stands above its table."""
        notes = [
            self.title,
            f"Chantier {self.worksite}, {self.label}",
            f"Période : {self.period}",
            RESTRICTED,
        ]
        return [*notes, *([SYNTHETIC] if self.is_synthetic else [])]


@contextmanager
def _opened(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, to read only. Raises Refusal where it has no forms."""
    if not warehouse.is_file():
        raise Refusal(f"{shown(warehouse)}: no warehouse; build it first: cvg build")
    try:
        with duckdb.connect(warehouse, read_only=True) as connection:
            yield connection
    except duckdb.Error:
        raise Refusal(f"{shown(warehouse)}: cannot be read; {NOT_AGAIN}") from None


def period_of(warehouse: Path, first_day: date, last_day: date) -> Period:
    """The period of these days. Raises Refusal where it is not counted."""
    with _opened(warehouse) as connection:
        found = connection.execute(PERIODS + " order by 1", [first_day, last_day]).fetchall()
    if not found:
        raise Refusal(
            f"--from {first_day} --to {last_day}: this period is not counted; add its first and "
            "last day to seeds/reference/declared_periods.csv, then cvg build"
        )
    return Period(found[0][0], first_day, last_day)


def forms_of(
    warehouse: Path, period: Period, worksite: str | None, with_justice: bool
) -> list[FormOut]:
    """The form of a worksite, or of all that have rows in the period.

    Raises Refusal where there is none.
    """
    known = today("worksites", "worksite_id")
    if worksite and worksite not in known:
        raise Refusal(f"{worksite}: no such worksite; take a code of seeds/reference/worksites.csv")
    counts: dict[str, dict[str, tuple[float | None, ...]]] = {}
    with _opened(warehouse) as connection:
        ((is_synthetic,),) = connection.execute(IS_SYNTHETIC).fetchall()
        rows = connection.execute(COUNTED, [period.period_id, worksite]).fetchall()
    for code, line, *cells in rows:
        counts.setdefault(code, {})[line] = tuple(cells)
    if not counts:
        raise Refusal(f"{worksite or 'no worksite'}: no row {period}; nothing to write")
    return [
        FormOut(
            code,
            known.get(code, {}).get("label_fr", code),
            period,
            is_synthetic,
            tuple(_lines(counts[code], with_justice)),
        )
        for code in sorted(counts)
    ]


def _lines(counts: dict[str, tuple[float | None, ...]], with_justice: bool) -> Iterator[Said]:
    for part in parts():
        if part.content == "counted":
            for line in part.lines:
                yield from _line(part, line, counts, with_justice)
        else:
            texts = METHOD if part.content == "method" else (STAFF,)
            yield from (Said(part.label, text) for text in texts)


def _line(
    part: Part, line: Line, counts: dict[str, tuple[float | None, ...]], with_justice: bool
) -> Iterator[Said]:
    """The line, or nothing: those on justice are there, or the notice that they are not."""
    is_notice = line.unit == "notice"
    if (is_notice and with_justice) or (line.is_justice and not is_notice and not with_justice):
        return
    number, share, base, unknown = counts.get(line.line_id, (None,) * 4)
    if number == 0 and unknown and unknown == base:
        # Nobody's answer is known: that is no zero.
        number, share = None, None
    yield Said(
        part.label,
        line.label,
        None if number is None else _rounded(number, 0 if line.unit == "people" else 1),
        None if share is None else _rounded(share * 100, 1),
    )


def _rounded(value: float, decimals: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
