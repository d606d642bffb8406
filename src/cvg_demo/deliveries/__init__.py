"""The demo exports as the worksites would have sent them: mixed forms, invented people.

One delivery per worksite (or territory's team) and year, each in one of the forms that occur. The
direct identifiers are made up and cannot be taken for real ones: names that begin with FICTIF,
social security numbers of a sex that does not exist, telephone numbers that the regulator keeps for
fiction, mail addresses of a domain that cannot be.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from pathlib import Path
from random import Random

import xlsxwriter

from cvg_demo.deliveries.opendocument import write_ods
from cvg_warehouse.contracts.delivery import SYNONYMS, contract_of
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.template import Rows, choices_of, team_sender, worksite_sender, write_template
from cvg_warehouse.terminal import Refusal, shown

Row = dict[str, str]
Tables = dict[str, list[Row]]
"""Rows by export, by column of the contract; dates as AAAA-MM-JJ."""

SOURCE = "fichier_source"
TEAM = "equipe-"
SYLLABLES = ("ba", "do", "ki", "lu", "me", "no", "pa", "ri", "su", "ta", "ve", "zo")
FICTION_NUMBERS = "06 39 98"


@dataclass(frozen=True)
class Delivery:
    """What one worksite or team sends for one year."""

    year: int
    stem: str
    """Name without its ending, as the demo exports give it."""
    tables: Tables

    @property
    def is_team(self) -> bool:
        """Whether a territory's team sends it."""
        return self.stem.startswith(TEAM)


def new_folder(folder: Path, scale: int) -> Path:
    """The folder for deliveries. Raises Refusal where it holds something, or at another scale."""
    folder = folder.expanduser().resolve()
    if scale != 1:
        raise Refusal(
            f"--deliveries: only at --scale 1 do worksites have declared codes, not {scale}"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refusal(f"--deliveries {shown(folder)}: is not empty; name a new folder")
    return folder


def write_deliveries(
    exports: Path,
    folder: Path,
    tell: Callable[[int], None] = lambda total: None,
    one_more: Callable[[], None] = lambda: None,
) -> list[Path]:
    """Write the deliveries that give these exports below `folder`/demo/<year>; returns the files.

    `tell` is called with the number of deliveries, `one_more` after each.
    """
    deliveries = deliveries_of(exports)
    tell(len(deliveries))
    files = []
    try:
        for number, delivery in enumerate(deliveries):
            place = folder / "demo" / str(delivery.year)
            place.mkdir(parents=True, exist_ok=True)
            files += FORMS[(number + delivery.year) % len(FORMS)](place, delivery)
            one_more()
    except OSError as error:
        reason = error.strerror or "not writable"
        raise Refusal(f"--deliveries {shown(folder)}: cannot be written ({reason})") from None
    return files


def deliveries_of(exports: Path) -> list[Delivery]:
    """The demo exports by sender and year, with identifiers of invented people."""
    people = _Invented()
    by_file: dict[tuple[int, str], Tables] = {}
    for export in EXPORTS:
        with (exports / f"{export}.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                _, year, name = row[SOURCE].split("/")
                tables = by_file.setdefault((int(year), name.rsplit(".", 1)[0]), {})
                tables.setdefault(export, []).append(people.as_delivered(export, row))
    return [Delivery(year, stem, tables) for (year, stem), tables in sorted(by_file.items())]


class _Invented:
    """Identifiers that a worksite would use, in place of the demo's, and what belongs to them."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._next = {kind: count(1) for kind in ("id_salarie", "id_parcours")}

    def as_delivered(self, export: str, row: Row) -> Row:
        """The row with the worksite's own identifiers."""
        delivered = {
            field.name: row.get(field.name, "")
            for field in contract_of(export).fields
            if field.treatment in ("kept", "pseudonym")
        }
        if delivered.get("id_parcours"):
            delivered["id_parcours"] = f"P{self._number('id_parcours', row['id_parcours']):06}"
        if export == "salaries":
            number = self._number("id_salarie", row["id_salarie"])
            delivered |= {"id_salarie": f"S{number:06}", **identity_of(number)}
            delivered["date_naissance"] = _birthday(number, row["annee_naissance"])
        return delivered

    def _number(self, kind: str, identifier: str) -> int:
        if (kind, identifier) not in self._numbers:
            self._numbers[kind, identifier] = next(self._next[kind])
        return self._numbers[kind, identifier]


def identity_of(number: int) -> Row:
    """The direct identifiers of the invented person of that number."""
    return {
        "nom": f"FICTIF-{_word(number).upper()}",
        "prenom": f"Prénom-{_word(number * 7 + 3).capitalize()}",
        "nir": f"9{number:012}{97 - number % 97:02}",
        "telephone": f"{FICTION_NUMBERS} {number // 100 % 100:02} {number % 100:02}",
        "courriel": f"fictif.{number}@exemple.invalid",
        "adresse": f"{number} rue de l'Exemple, 00000 Nulle-Part",
    }


def _word(number: int) -> str:
    """A word of syllables, another one for each number."""
    word = SYLLABLES[number % len(SYLLABLES)]
    while number := number // len(SYLLABLES):
        word = SYLLABLES[number % len(SYLLABLES)] + word
    return "fi" + word


def _birthday(number: int, year: str) -> str:
    """A day of the year of birth, the same for a person whatever the year."""
    return f"{int(year):04}-{number % 12 + 1:02}-{number % 28 + 1:02}" if year else ""


def _as_template(folder: Path, delivery: Delivery) -> list[Path]:
    file = folder / f"{delivery.stem}.xlsx"
    code = delivery.stem.removeprefix(TEAM)
    sender = team_sender(code) if delivery.is_team else worksite_sender(code)
    rows: Rows = {export: _labelled(export, rows) for export, rows in delivery.tables.items()}
    write_template(file, sender, delivery.year, rows)
    return [file]


def _as_cp1252(folder: Path, delivery: Delivery) -> list[Path]:
    """CSV files as an older spreadsheet writes them."""
    return [
        _write_csv(folder, delivery, export, _french(export, rows), _columns(export), "cp1252")
        for export, rows in delivery.tables.items()
    ]


def _as_utf8(folder: Path, delivery: Delivery) -> list[Path]:
    """CSV files with other names of columns, in another order."""
    rng = _rng(delivery)
    return [
        _write_csv(
            folder,
            delivery,
            export,
            _french(export, _labelled(export, rows)),
            _renamed(export, rng),
            "utf-8-sig",
        )
        for export, rows in delivery.tables.items()
    ]


def _as_own_workbook(folder: Path, delivery: Delivery) -> list[Path]:
    """A workbook of the worksite's own: other names of sheets and columns, in another order."""
    file = folder / f"{delivery.stem}.xlsx"
    rng = _rng(delivery)
    with xlsxwriter.Workbook(str(file)) as book:
        # The same bytes whenever it is written.
        book.set_properties({"created": datetime(delivery.year, 1, 1)})
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        for export, rows in delivery.tables.items():
            sheet = book.add_worksheet(rng.choice(_synonyms(export, "") or [export])[:31])
            columns = _renamed(export, rng)
            sheet.write_row(0, 0, list(columns.values()))
            for line, row in enumerate(rows, start=1):
                for position, name in enumerate(columns):
                    value = row.get(name, "")
                    if value and contract_of(export)[name].type == "date":
                        sheet.write_datetime(line, position, date.fromisoformat(value), dates)
                    elif value:
                        sheet.write_string(line, position, value)
    return [file]


def _as_ods(folder: Path, delivery: Delivery) -> list[Path]:
    file = folder / f"{delivery.stem}.ods"
    sheets = {}
    for export, rows in delivery.tables.items():
        columns = _columns(export)
        types = [contract_of(export)[name].type for name in columns]
        sheets[export] = (
            list(columns),
            [[row.get(name, "") for name in columns] for row in rows],
            {position for position, kind in enumerate(types) if kind == "date"},
        )
    write_ods(file, sheets)
    return [file]


FORMS = (_as_template, _as_cp1252, _as_own_workbook, _as_utf8, _as_ods)


def _rng(delivery: Delivery) -> Random:
    return Random(f"{delivery.year} {delivery.stem}")


def _columns(export: str) -> dict[str, str]:
    """Header by column, as the contract has them."""
    return {field.name: field.name for field in contract_of(export).fields}


def _renamed(export: str, rng: Random) -> dict[str, str]:
    """Header by column, in another order and under one of the names that are declared."""
    names = list(_columns(export))
    rng.shuffle(names)
    return {name: rng.choice([name, name.upper(), *_synonyms(export, name)]) for name in names}


def _synonyms(export: str, column: str) -> list[str]:
    with SYNONYMS.open(encoding="utf-8", newline="") as stream:
        return [
            row["synonym"]
            for row in csv.DictReader(stream)
            if row["column"] == column and row["export"] in ((export, "*") if column else (export,))
        ]


def _labelled(export: str, rows: list[Row]) -> list[Row]:
    """The rows as a person picks the values from the template's lists."""
    choices = choices_of(export)
    written = {
        field.name: dict(zip(field.allowed, choices[field.name], strict=True))
        for field in contract_of(export).fields
        if field.name in choices
    }
    return [
        {name: written.get(name, {}).get(value, value) for name, value in row.items()}
        for row in rows
    ]


def _french(export: str, rows: list[Row]) -> list[Row]:
    """The rows with dates as JJ/MM/AAAA."""
    dates = [field.name for field in contract_of(export).fields if field.type == "date"]
    return [row | {name: _french_date(row.get(name, "")) for name in dates} for row in rows]


def _french_date(value: str) -> str:
    return "/".join(reversed(value.split("-")))


def _write_csv(
    folder: Path,
    delivery: Delivery,
    export: str,
    rows: list[Row],
    headers: Mapping[str, str],
    encoding: str,
) -> Path:
    file = folder / delivery.stem / f"{export}.csv"
    file.parent.mkdir(exist_ok=True)
    with file.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(headers.values())
        writer.writerows([row.get(name, "") for name in headers] for row in rows)
    return file
