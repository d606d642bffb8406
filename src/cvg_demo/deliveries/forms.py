"""The forms in which worksites deliver: the template, their own workbook, CSV and ODS files."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random

import xlsxwriter

from cvg_demo.deliveries.opendocument import write_ods
from cvg_demo.exports import TEAM, Row
from cvg_warehouse.contracts.exports import contract_of
from cvg_warehouse.contracts.seeds import SYNONYMS
from cvg_warehouse.template import Rows, choices_of, team_sender, worksite_sender, write_template

Tables = dict[str, list[Row]]
"""Rows by export, by column of the contract; dates as AAAA-MM-JJ."""


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
