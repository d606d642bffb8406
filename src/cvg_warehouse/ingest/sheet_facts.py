"""What a workbook's archive says of a sheet that calamine does not report."""

from array import array
from collections import defaultdict
from dataclasses import dataclass, field

from cvg_warehouse.ingest.sheets import FileRefused

MOST_CELLS = 5_000_000
MOST_COLUMNS = 2_000
ROWS_OF_A_SHEET = 1_048_576
COLUMNS_OF_A_SHEET = 16_384
SPARSE_CELLS = 1_000_000
SPARSE = 10
"""A larger area than that with less than one cell in ten filled is no table."""


def _rows_by_column() -> defaultdict[int, array]:
    return defaultdict(lambda: array("L"))


@dataclass
class SheetFacts:
    """What the archive says of a sheet; rows and columns from 0."""

    is_hidden: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    merged_row: int | None = None
    without_value: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    has_unknown_error: bool = False
    """Whether calamine cannot read one of the errors, and so not the sheet."""
    first_column: int | None = None
    """The first column with a value: calamine leaves out those at its left."""
    not_text: dict[int, array] = field(default_factory=_rows_by_column)
    """Rows by column of the dates, times, booleans, percents and decimals."""
    shown: dict[tuple[int, int], str] = field(default_factory=dict)
    """What the spreadsheet shows for a number, where that is not the number as it is."""
    filled: int = 0
    """Cells with something in them."""
    top: int = ROWS_OF_A_SHEET
    left: int = COLUMNS_OF_A_SHEET
    lowest: tuple[int, int] = (-1, -1)
    """The cell furthest down."""
    rightmost: tuple[int, int] = (-1, -1)

    def has_value_in(self, column: int) -> None:
        """Note that a value stands in a column."""
        if self.first_column is None or column < self.first_column:
            self.first_column = column

    def covers(self, row: int, column: int, high: int = 1, wide: int = 1) -> None:
        """Note cells that calamine makes room for, from this one on."""
        if row < self.top:
            self.top = row
        if column < self.left:
            self.left = column
        bottom, right = row + high - 1, column + wide - 1
        if bottom > self.lowest[0]:
            self.lowest = bottom, right
        if right > self.rightmost[1]:
            self.rightmost = bottom, right

    def refuse_large(self, sheet: str) -> None:
        """Refuse a sheet for whose empty cells calamine would need too much memory.

        It makes room for all cells between the first and the last one that are used.
        """
        if self.lowest[0] < 0:
            return
        high, wide = self.lowest[0] - self.top + 1, self.rightmost[1] - self.left + 1
        is_far_right = wide > MOST_COLUMNS or self.rightmost[1] >= COLUMNS_OF_A_SHEET
        is_far_below = self.lowest[0] >= ROWS_OF_A_SHEET
        is_sparse = high * wide > max(SPARSE_CELLS, SPARSE * self.filled)
        if is_far_right or is_far_below or is_sparse:
            row, column = self.rightmost if is_far_right else self.lowest
            raise FileRefused("stray_cell", sheet, row + 1, letters_of(column))
        if high * wide > MOST_CELLS:
            raise FileRefused("file_too_large", sheet)


def letters_of(column: int) -> str:
    """A column from 0 by its letters, as a spreadsheet names it."""
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return letters
