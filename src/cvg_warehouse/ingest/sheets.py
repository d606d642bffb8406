"""What a reader hands on: a sheet's cells as text, and where they stood."""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl


class FileRefused(Exception):
    """The file cannot be taken: which checks, at which sheet, line and column."""

    def __init__(self, check_id: str, sheet: str = "", line: int = 0, column: str = "") -> None:
        super().__init__(check_id)
        self.places = [Place(check_id, sheet, line, column)]


@dataclass(frozen=True)
class Place:
    """A problem at a place of one file."""

    check_id: str
    sheet: str = ""
    line: int = 0
    column: str = ""
    other: str = ""
    """The place that it disagrees with or looks like (`file:line`, `sheet:line`, `:line`) or ''."""


@dataclass
class RawSheet:
    """The data lines of a sheet or CSV file, with its header and no value interpreted."""

    name: str
    export: str
    header: list[str]
    cells: pl.DataFrame
    """One text column per position, named by it (`"0"`, `"1"`, ...); an empty cell is ''."""
    lines: list[int]
    """Line of each row of `cells`, as the worksite sees it."""
    blank: int = 0
    problems: list[Place] = field(default_factory=list)
    """Warnings, and the rows of `cells` that go into quarantine for what is wrong with them."""
    unreadable: list[Place] = field(default_factory=list)
    """Data lines that are in quarantine and not in `cells`, for their fields have no column."""
    from_workbook: bool = False


@dataclass(frozen=True)
class RawForm:
    """The cells of a worksite's half-yearly form, with the line of each row."""

    sheet: str
    rows: list[tuple[int, list[str]]]


@dataclass
class RawFile:
    """One file as read."""

    path: Path
    sheets: list[RawSheet]
    problems: list[Place] = field(default_factory=list)
    form: RawForm | None = None
