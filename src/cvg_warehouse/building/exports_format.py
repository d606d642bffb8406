"""How a build reads the exports: loaded as seeds, or in place, as large ones are.

dbt has to know before it looks at a file, so an environment variable says it
(`macros/exported.sql`).
"""

import os
from enum import StrEnum
from pathlib import Path

from cvg_warehouse.export_files import files_in, format_of
from cvg_warehouse.file_formats import Format
from cvg_warehouse.terminal import Refusal

VARIABLE = "CVG_EXPORTS_FORMAT"
LARGE = 500_000_000
"""CSV files that are larger together, in bytes, are read in place."""


class ExportsFormat(StrEnum):
    """What `VARIABLE` may say."""

    SEEDS = "seeds"
    CSV = "csv"
    PARQUET = "parquet"

    @property
    def of_files(self) -> Format:
        """What the files are."""
        return Format.PARQUET if self is ExportsFormat.PARQUET else Format.CSV


def told_format() -> ExportsFormat:
    """What the environment says, as the macro reads it: seeds where it says nothing."""
    told = os.environ.get(VARIABLE, ExportsFormat.SEEDS)
    if told not in list(ExportsFormat):
        raise Refusal(f"{VARIABLE}: is none of {', '.join(ExportsFormat)}")
    return ExportsFormat(told)


def format_for(folder: Path) -> ExportsFormat:
    """What the environment says, or else what becomes the files of this folder."""
    if os.environ.get(VARIABLE):
        return told_format()
    if format_of(folder) is Format.PARQUET:
        return ExportsFormat.PARQUET
    files = files_in(folder, Format.CSV).values()
    size = sum(file.stat().st_size for file in files if file.is_file())
    return ExportsFormat.CSV if size > LARGE else ExportsFormat.SEEDS
