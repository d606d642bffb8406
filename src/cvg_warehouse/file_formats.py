"""CSV and Parquet: a file of the one turned into the other."""

import errno
from enum import StrEnum
from pathlib import Path

ROWS_AT_ONCE = 20_480


class Format(StrEnum):
    """What the five files are, and how their names end."""

    CSV = "csv"
    PARQUET = "parquet"

    @property
    def others(self) -> list["Format"]:
        """What files in this format take the place of."""
        return [one for one in Format if one is not self]


def turn_into_parquet(csv: Path) -> None:
    """Put a Parquet file in place of a CSV file: all columns as text, read and written in pieces.

    Memory holds one piece, however long the file. An empty field is null there, as it is to a build
    that reads the CSV. One thread keeps the order, and makes the same bytes of the same file.
    """
    # The command line takes its options from here, and should not wait for it.
    import duckdb

    try:
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.read_csv(
                str(csv),
                header=True,
                delimiter=",",
                quotechar='"',
                escapechar='"',
                all_varchar=True,
            ).write_parquet(
                str(csv.with_suffix(f".{Format.PARQUET}")),
                compression="zstd",
                row_group_size=ROWS_AT_ONCE,
            )
    except duckdb.IOException:
        raise OSError(errno.EIO, "no space, or no right to write") from None
    csv.unlink()
