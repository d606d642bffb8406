"""Reads the parts of an archive that are XML, and refuses what could hurt."""

import zipfile
from collections.abc import Callable
from xml.etree import ElementTree
from xml.parsers import expat

from cvg_warehouse.ingest.sheets import FileRefused

LARGEST_TREE = 50_000_000


def tree(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """A small part as a tree of elements."""
    if archive.getinfo(part).file_size > LARGEST_TREE:
        raise FileRefused("file_too_large")
    content = archive.read(part)
    if b"<!DOCTYPE" in content:
        raise FileRefused("file_unreadable")
    return ElementTree.fromstring(content)


def parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Call the functions for each element and text of a part, as expat does."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text

    def refuse(*_: object) -> None:
        raise FileRefused("file_unreadable")

    parser.StartDoctypeDeclHandler = refuse
    with archive.open(part) as stream:
        parser.ParseFile(stream)
