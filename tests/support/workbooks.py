"""Workbooks made of raw XML, for what no library writes."""

import io
import zipfile
from collections.abc import Callable

from tests.support.deliveries import Row

Part = Callable[[str, bytes], bytes]
"""What becomes of a part of an archive, by its name and content."""
MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)
NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)


def ods_cell(value: str) -> str:
    """A cell of text, or raw XML as it is."""
    if value.startswith("<"):
        return value
    return (
        f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
    )


def ods(rows: list[Row], more: str = "", generator: str = "") -> bytes:
    """An OpenDocument workbook whose values may be raw cells."""
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    table = "".join(
        f"<table:table-row>{''.join(map(ods_cell, line))}</table:table-row>" for line in lines
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {NAMESPACES} '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="salaries">{table}{more}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", content)
        if generator:
            meta = f"<x><meta:generator>{generator}</meta:generator></x>"
            archive.writestr("meta.xml", meta)
    return stream.getvalue()


def rezipped(content: bytes, change: Part) -> bytes:
    """An archive with its parts changed."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return stream.getvalue()
