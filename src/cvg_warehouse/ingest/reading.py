"""Reads one delivered file into rows that hold no direct identifier; runs in a process of its own.

Names, numbers and addresses of people end here: what goes on is pseudonyms, values of the
contract's columns, and places of problems.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl

from cvg_warehouse.contracts.exports import LINEAGE, Contract, Field, contract_of, declared_headers
from cvg_warehouse.contracts.text import header_key, name_key, trimmed, words_of
from cvg_warehouse.files import checksum_of
from cvg_warehouse.ingest.archive import refuse_kind, refuse_large
from cvg_warehouse.ingest.csv_file import read_csv
from cvg_warehouse.ingest.forms import Form, read_form
from cvg_warehouse.ingest.layout import PSEUDONYMS, columns_of
from cvg_warehouse.ingest.people import names_in, points_at_a_person, whole_names_in
from cvg_warehouse.ingest.pseudonyms import (
    PSEUDONYM,
    identity,
    key_version,
    like_hash,
    local_pseudonym,
    name_hash,
)
from cvg_warehouse.ingest.sheets import FileRefused, Place, RawFile, RawSheet
from cvg_warehouse.ingest.values import (
    has_odd_spaces,
    is_total,
    look_alike_key,
    lost_zeros,
    stored,
    wrong_identifier,
)
from cvg_warehouse.ingest.workbook import read_workbook

READERS = {".csv": read_csv, ".xlsx": read_workbook, ".ods": read_workbook}
LINE, IDENTITY, NAMES_HASHED = "_line", "_identity", "_names"
LIKE = "_like_"
"""Begins the columns that are equal where two identifiers look alike."""
NAMES = ("nom", "prenom")
WORDS_OF_NAMES = {"nom", "noms", "prenom", "prenoms"}

Wrong = Callable[[str], str | None]
"""The check that a value fails, or None."""


@dataclass
class SheetReading:
    """The rows of a sheet, with the columns of the contract and where they stood."""

    name: str
    export: str
    rows: pl.DataFrame
    """Delivered columns that are read (texts, '' = not known; identifiers as local pseudonyms),
    `_line`, `_identity`, `_names`, `_like_<identifier>`, and where a row comes back from the
    quarantine the place and the delivery that it came from (else '')."""
    held: list[Place]
    """Rows that go into quarantine for what is wrong with them here."""
    unreadable: list[Place]
    """Lines that are in quarantine and not in `rows`."""
    blank: int


@dataclass
class FileReading:
    """What one file gave."""

    path: str
    sha256: str
    delivery: str = ""
    """Id of the delivery that the file is."""
    sheets: list[SheetReading] = field(default_factory=list)
    form: Form | None = None
    """The worksite's half-yearly form, where the file is one."""
    refused: list[Place] = field(default_factory=list)
    warnings: list[Place] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """Keyed hashes of the names of the people in it."""


def read_file(file: Path, path: str, key: bytes, expected: dict[str, int]) -> FileReading:
    """Read one file; `expected` has the rows that `livraison.csv` announces, by sheet."""
    reading = FileReading(path, checksum_of(file))
    try:
        reader = READERS.get(file.suffix.lower(), refuse_kind)
        refuse_large(file)
        raw = reader(file)
        if raw.form:
            reading.form = read_form(raw.form, path)
        _refuse_other_counts(raw, reading.form, expected)
        reading.warnings += raw.problems
        for sheet in raw.sheets:
            reading.sheets.append(_read_sheet(sheet, key, reading))
    except FileRefused as refusal:
        reading.sheets, reading.form, reading.warnings = [], None, []
        reading.refused = refusal.places
    return reading


def _refuse_other_counts(raw: RawFile, form: Form | None, expected: dict[str, int]) -> None:
    """Refuse other counts than the announced ones, by key of the sheet's name ('' is the file)."""
    counts = {place.sheet: 0 for place in raw.problems if place.check_id == "sheet_empty"}
    counts |= {sheet.name: len(sheet.lines) + len(sheet.unreadable) for sheet in raw.sheets}
    counts |= {form.sheet: form.read} if form else {}
    counts.setdefault("", sum(counts.values()))
    names = {name_key(name): name for name in counts}
    for key, announced in expected.items():
        if key not in names:
            raise FileRefused("announced_sheet_missing")
        if counts[names[key]] != announced:
            raise FileRefused("row_count", names[key])


def _read_sheet(sheet: RawSheet, key: bytes, reading: FileReading) -> SheetReading:
    contract = contract_of(sheet.export)
    positions = {name: str(at) for at, name in columns_of(sheet.header, contract).items()}
    cells = sheet.cells
    reading.warnings += _header_warnings(sheet, contract, positions)
    by_position = {at: name for name, at in positions.items()}
    held = []
    for place in sheet.problems:
        if place.column.startswith("#"):
            if name := by_position.get(place.column[1:]):
                held.append(Place(place.check_id, sheet.name, place.line, name, place.other))
        else:
            reading.warnings.append(place)

    rows: dict[str, pl.Series] = {}
    likes: dict[str, pl.Series] = {}
    nothing = pl.Series([""] * cells.height, dtype=pl.String)
    for column in contract.fields:
        if not column.is_read:
            continue
        header = PSEUDONYMS.get(column.name)
        if header in positions:
            rows[column.name] = cells[positions[header]].str.strip_chars()
            held += _places(sheet, rows[column.name], column.name, _wrong_pseudonym)
            continue
        delivered = cells[positions[column.name]] if column.name in positions else nothing
        if column.treatment == "year":
            delivered = _births(delivered, cells, positions)
        odd = _chosen(delivered, has_odd_spaces)
        reading.warnings += [
            Place("spaces_trimmed", sheet.name, sheet.lines[row], column.name) for row in odd
        ]
        if column.treatment == "pseudonym":
            texts = _mapped(delivered, trimmed)
            held += _places(sheet, texts, column.name, wrong_identifier)
            short = lost_zeros(texts.unique().to_list())
            held += _places(sheet, texts, column.name, partial(_without_zeros, short))
            rows[column.name] = _mapped(texts, partial(_local_or_nothing, key, column.name))
            likes[LIKE + column.name] = _mapped(texts, partial(_like_or_nothing, key))
        else:
            rows[column.name] = _mapped(
                delivered, partial(stored, column, from_workbook=sheet.from_workbook)
            )
            if column.is_free:
                held += _places(sheet, rows[column.name], column.name, _pointing(column))
    held += [
        Place("totals_row", sheet.name, sheet.lines[row]) for row in _totals(cells, sheet.lines)
    ]
    held += _other_key_version(sheet, positions, key)
    reading.names |= {name_hash(key, name) for name in _names(sheet, positions)}
    return SheetReading(
        name=sheet.name,
        export=sheet.export,
        rows=pl.DataFrame(rows).with_columns(
            pl.Series(LINE, sheet.lines, dtype=pl.Int64),
            _identities(cells, positions, rows, key).alias(IDENTITY),
            _hashed_names(cells, positions, key).alias(NAMES_HASHED),
            *(
                likes.get(LIKE + name, nothing).alias(LIKE + name)
                for name in PSEUDONYMS
                if name in rows
            ),
            *(
                (cells[positions[name]] if name in positions else nothing).alias(f"_{name}")
                for name in (*LINEAGE, "livraison")
            ),
        ),
        held=held,
        unreadable=[Place(p.check_id, sheet.name, p.line, p.column) for p in sheet.unreadable],
        blank=sheet.blank,
    )


def _names(sheet: RawSheet, positions: dict[str, str]) -> set[str]:
    """Names of people, folded: in the contract's columns, and in others that hold names."""
    cells = sheet.cells
    found = names_in(
        value for name in NAMES if name in positions for value in cells[positions[name]].unique()
    )
    known = set(positions.values())
    for position, header in enumerate(sheet.header):
        if str(position) not in known and WORDS_OF_NAMES & set(words_of(header)):
            found |= whole_names_in(cells[str(position)].unique())
    return found


def _header_warnings(sheet: RawSheet, contract: Contract, positions: dict[str, str]) -> list[Place]:
    """Unknown and absent columns; an unknown one by position unless its header is declared."""
    known = set(positions.values())
    warnings = []
    for position, header in enumerate(sheet.header):
        if str(position) in known:
            continue
        if not header and not (sheet.cells[str(position)].str.strip_chars() != "").any():
            continue
        # Any other text may be a value: that of a file without a header, or a person's name.
        name = trimmed(header) if header_key(header) in declared_headers() else f"n° {position + 1}"
        warnings.append(Place("column_unknown", sheet.name, 0, name))
    if not any(header in positions for header in LINEAGE):
        warnings += [
            Place("column_absent", sheet.name, 0, column.name)
            for column in contract.fields
            if column.name not in positions
            and not column.required
            and column.treatment != "dropped"
        ]
    return warnings


def _without_zeros(short: set[str], value: str) -> str | None:
    return "identifier_leading_zeros" if value in short else None


def _local_or_nothing(key: bytes, kind: str, identifier: str) -> str:
    return local_pseudonym(key, kind, identifier) if identifier else ""


def _like_or_nothing(key: bytes, identifier: str) -> str:
    return like_hash(key, look_alike_key(identifier)) if identifier else ""


def _wrong_pseudonym(value: str) -> str | None:
    return None if not value or PSEUDONYM.fullmatch(value) else "pseudonym_unknown"


def _pointing(column: Field) -> Wrong:
    # A number of an action may have ten figures like a phone number.
    is_identifier = column.name.startswith("id_")
    return lambda value: None if is_identifier and value.isdigit() else points_at_a_person(value)


def _other_key_version(sheet: RawSheet, positions: dict[str, str], key: bytes) -> list[Place]:
    """Rows that come back with pseudonyms of another key."""
    if "version_cle" not in positions:
        return []
    version = key_version(key)
    return _places(
        sheet,
        sheet.cells[positions["version_cle"]],
        "version_cle",
        lambda value: None if value.strip() == version else "pseudonym_unknown",
    )


def _births(delivered: pl.Series, cells: pl.DataFrame, positions: dict[str, str]) -> pl.Series:
    """Dates of birth, the first of January where a row comes back with the year alone."""
    if "annee_naissance" not in positions:
        return delivered
    years = cells[positions["annee_naissance"]].str.strip_chars()
    known = (delivered.str.strip_chars() == "") & (years != "")
    return pl.select(pl.when(known).then(years + "-01-01").otherwise(delivered)).to_series()


def _identities(
    cells: pl.DataFrame, positions: dict[str, str], rows: dict[str, pl.Series], key: bytes
) -> pl.Series:
    if not all(name in positions for name in NAMES) or "date_naissance" not in rows:
        return pl.Series([""] * cells.height, dtype=pl.String)
    columns = *(cells[positions[name]] for name in NAMES), rows["date_naissance"]
    found = [identity(key, *values) for values in zip(*columns, strict=True)]
    return pl.Series(found, dtype=pl.String)


def _hashed_names(cells: pl.DataFrame, positions: dict[str, str], key: bytes) -> pl.Series:
    """The keyed hashes of each row's names, with spaces between."""
    texts = pl.Series([""] * cells.height, dtype=pl.String)
    for name in NAMES:
        if name in positions:
            hashed = _mapped(cells[positions[name]], partial(_hashed, key))
            texts = (texts + " " + hashed).str.strip_chars()
    return texts


def _hashed(key: bytes, value: str) -> str:
    return " ".join(name_hash(key, name) for name in names_in([value]))


def _totals(cells: pl.DataFrame, lines: list[int]) -> list[int]:
    """Rows whose first value says that they are totals."""
    first = cells.select(
        pl.coalesce(
            pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name))
            for name in cells.columns
        )
    ).to_series()
    return _chosen(first.fill_null(""), is_total)


def _places(sheet: RawSheet, values: pl.Series, column: str, wrong: Wrong) -> list[Place]:
    """Places of the values that fail a check."""
    failing = {value: check_id for value in values.unique().to_list() if (check_id := wrong(value))}
    if not failing:
        return []
    return [
        Place(failing[value], sheet.name, sheet.lines[row], column)
        for row, value in enumerate(values)
        if value in failing
    ]


def _chosen(values: pl.Series, is_chosen: Callable[[str], bool]) -> list[int]:
    """Rows with a value of that kind."""
    chosen = [value for value in values.unique().to_list() if is_chosen(value)]
    return values.is_in(chosen).arg_true().to_list() if chosen else []


def _mapped(values: pl.Series, change: Callable[[str], str]) -> pl.Series:
    """The series with each distinct value changed."""
    distinct = values.unique().to_list()
    changed = [change(value) for value in distinct]
    if changed == distinct:
        return values
    return values.replace_strict(distinct, changed, return_dtype=pl.String)
