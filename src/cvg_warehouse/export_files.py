"""The five files of a folder of exports: CSV, or Parquet with the same rows in the same order."""

from pathlib import Path

from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.file_formats import Format
from cvg_warehouse.files import checksum_of


def files_in(folder: Path, form: Format) -> dict[str, Path]:
    """Where the exports of a folder lie in a format, by their names."""
    return {export: folder / f"{export}.{form}" for export in EXPORTS}


def formats_in(folder: Path) -> list[Format]:
    """The formats that a folder holds exports in: one, or none where it is empty."""
    return [f for f in Format if any(file.exists() for file in files_in(folder, f).values())]


def format_of(folder: Path) -> Format:
    """The format of a folder's exports; CSV where it holds none."""
    return Format.PARQUET if Format.PARQUET in formats_in(folder) else Format.CSV


def names_in_other_formats(form: Format) -> list[str]:
    """Names of files that exports in this format take the place of."""
    return [f"{export}.{other}" for other in form.others for export in EXPORTS]


def checksums_of(folder: Path) -> str:
    """Which bytes the exports of a folder are: a line for each file."""
    files = files_in(folder, format_of(folder)).values()
    return "\n".join(f"{file.name} {checksum_of(file)}" for file in files)
