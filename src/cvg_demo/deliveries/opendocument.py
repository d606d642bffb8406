"""Writes a plain OpenDocument spreadsheet (.ods): texts and dates, nothing else."""

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

MIME = "application/vnd.oasis.opendocument.spreadsheet"
NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "manifest")
)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
DAY = (1980, 1, 1, 0, 0, 0)
"""Stands on every part of the archive, so that the same sheets make the same bytes."""

Sheet = tuple[list[str], list[list[str]], set[int]]
"""Header, rows, and the positions of the columns that hold dates (AAAA-MM-JJ)."""


def write_ods(file: Path, sheets: Mapping[str, Sheet]) -> None:
    """Write the sheets by name, in order."""
    manifest = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in (("/", MIME), ("content.xml", "text/xml"))
    )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        # First and uncompressed, as the format asks.
        archive.writestr(zipfile.ZipInfo("mimetype", DAY), MIME, zipfile.ZIP_STORED)
        for name, content in (
            ("content.xml", "".join(_content(sheets))),
            (
                "META-INF/manifest.xml",
                f'{HEAD}<manifest:manifest {NAMESPACES} manifest:version="1.2">{manifest}'
                "</manifest:manifest>",
            ),
        ):
            archive.writestr(zipfile.ZipInfo(name, DAY), content, zipfile.ZIP_DEFLATED)


def _content(sheets: Mapping[str, Sheet]) -> Iterator[str]:
    yield f'{HEAD}<office:document-content {NAMESPACES} office:version="1.2">'
    yield "<office:body><office:spreadsheet>"
    for name, (header, rows, dates) in sheets.items():
        yield f"<table:table table:name={quoteattr(name)}>"
        yield f'<table:table-column table:number-columns-repeated="{len(header)}"/>'
        yield _row(header, set())
        for row in rows:
            yield _row(row, dates)
        yield "</table:table>"
    yield "</office:spreadsheet></office:body></office:document-content>"


def _row(values: list[str], dates: set[int]) -> str:
    cells = (_cell(value, position in dates) for position, value in enumerate(values))
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _cell(value: str, is_date: bool) -> str:
    if not value:
        return "<table:table-cell/>"
    kind = f'date" office:date-value="{value}' if is_date else "string"
    return (
        f'<table:table-cell office:value-type="{kind}"><text:p>{escape(value)}</text:p>'
        "</table:table-cell>"
    )
