"""Opens a workbook's archive: what is not safe to read is refused before calamine sees it.

Sizes before anything is unpacked, macros and passwords; then the facts of each sheet.
"""

import io
import re
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from cvg_warehouse.ingest.ods_facts import facts_of_ods
from cvg_warehouse.ingest.sheet_facts import SheetFacts
from cvg_warehouse.ingest.sheets import FileRefused, RawFile
from cvg_warehouse.ingest.xlsx_facts import facts_of_xlsx

LARGEST_FILE = 300_000_000
LARGEST_UNPACKED = 600_000_000
LARGEST_RATIO = 100
SMALL = 5_000_000
MOST_ENTRIES = 2_000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".gz")
OF_A_WORKBOOK = {"[Content_Types].xml", "mimetype"}
DELIMITED = re.compile(rb"[^<\r\n]*[;,\t]")
ERROR_VALUE = re.compile(
    rb"""(<(?:\w+:)?c\s(?:[^>]*\s)?t=["']e["'][^>]*>(?:(?!</?(?:\w+:)?[cv]\b).)*<(?:\w+:)?v>)[^<]*""",
    re.DOTALL,
)


def facts_of(path: Path) -> dict[str, SheetFacts]:
    """Facts by name of sheet. Raises FileRefused where the file is not safe to open."""
    refuse_large(path)
    first = _beginning(path)
    if first.startswith(OLE):
        raise FileRefused("file_encrypted")
    if not first.startswith(b"PK") and DELIMITED.match(first.replace(b"\0", b"")):
        raise FileRefused("csv_named_workbook")
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_unsafe(archive)
            read = facts_of_ods if path.suffix.lower() == ".ods" else facts_of_xlsx
            return read(archive)
    except (
        zipfile.BadZipFile,
        expat.ExpatError,
        ElementTree.ParseError,
        LookupError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OverflowError,
        OSError,
        zlib.error,
    ):
        raise FileRefused("file_unreadable") from None


def refuse_large(path: Path) -> None:
    """Refuse a file beyond the declared size."""
    if path.stat().st_size > LARGEST_FILE:
        raise FileRefused("file_too_large")


def refuse_kind(path: Path) -> RawFile:
    """Refuse a file of a kind that is not read, archives by a check of their own."""
    raise FileRefused("file_archive" if path.suffix.lower() in ARCHIVES else "file_type")


def refuse_workbook(path: Path) -> None:
    """Refuse a workbook that is named as a text file."""
    if _beginning(path).startswith((ZIP, OLE)):
        raise FileRefused("workbook_named_csv")


def with_known_errors(path: Path) -> bytes:
    """The .xlsx file with every error value replaced by one that calamine can read."""
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.startswith("xl/worksheets/"):
                content = ERROR_VALUE.sub(rb"\1#N/A", content)
            new.writestr(entry.filename, content)
    return stream.getvalue()


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(1_000)


def _refuse_unsafe(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > LARGEST_UNPACKED:
        raise FileRefused("file_too_large")
    for entry in entries:
        if entry.file_size > max(SMALL, LARGEST_RATIO * entry.compress_size):
            raise FileRefused("file_too_large")
        if entry.flag_bits & 1:
            raise FileRefused("file_encrypted")
        name = entry.filename.lower()
        if name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")):
            raise FileRefused("file_macro")
    names = set(archive.namelist())
    if not names & OF_A_WORKBOOK:
        raise FileRefused("file_archive")
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read(
        "META-INF/manifest.xml"
    ):
        raise FileRefused("file_encrypted")
    # Reads to the end what calamine will read, and fails where sizes or checksums lie.
    if archive.testzip() is not None:
        raise FileRefused("file_unreadable")
