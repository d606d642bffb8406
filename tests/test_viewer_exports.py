"""Whatever leaves the viewer says of which edition it is, for whom, how rounded and marked."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest

from cvg_warehouse.formats import day
from cvg_warehouse.reading import export
from cvg_warehouse.reading.blocks import Block, Choice
from cvg_warehouse.reading.charts import chart, titled
from cvg_warehouse.reading.data import WHOLE, Edition, Measure, with_own
from cvg_warehouse.reading.figures import base_name
from cvg_warehouse.reading.grids import Grid, grids
from cvg_warehouse.reading.lists import dictionary_table
from cvg_warehouse.reading.sources import citation, rules_text, source_text
from cvg_warehouse.reading.texts import LANGUAGES, Language, say
from cvg_warehouse.reading.workbooks import (
    Linked,
    edition_workbook,
    grid_workbook,
    page_workbook,
)

PARIS, ROUEN, YEAR = "01-Paris", "08-Rouen", 2024
KINDS = ("public", "internal", "mixed")
LINK = "https://example.org/sorties"


@pytest.fixture(scope="module")
def editions_read(known: dict[str, Edition]) -> dict[str, Edition]:
    mixed = with_own(known["public"], known["internal"], {ROUEN})
    return {**known, "mixed": mixed}


def grid_of(edition: Edition, language: Language = "fr", place: str = ROUEN) -> Grid:
    measure = Measure("exits.job_or_training", "emploi_durable")
    block = Block("emploi", (measure,), title="block_lasting_job", years="all")
    [grid] = grids(block, Choice(YEAR, place, "all"), edition, language)
    return grid


def csv_text(grid: Grid, edition: Edition, language: Language) -> str:
    return export.csv_bytes(export.records([grid], edition, language)).decode("utf-8-sig")


def text_of(workbook: bytes, sheets: slice = slice(None)) -> str:
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    rows = (row for sheet in book.worksheets[sheets] for row in sheet.iter_rows(values_only=True))
    return "\n".join(str(value) for row in rows for value in row)


def xlsx_text(grid: Grid, edition: Edition, language: Language) -> str:
    return text_of(grid_workbook(grid, edition, LINK, language))


def table_text(grid: Grid, edition: Edition, language: Language) -> str:
    """The table as displayed says it by itself: people copy a sheet."""
    return text_of(grid_workbook(grid, edition, LINK, language), slice(1))


def page_text(grid: Grid, edition: Edition, language: Language) -> str:
    return text_of(page_workbook("Page", [Linked(grid, LINK)] * 2, edition, language))


def edition_text(grid: Grid, edition: Edition, language: Language) -> str:
    few = {name: edition.indicators[name] for name in list(edition.indicators)[:3]}
    return text_of(edition_workbook(replace(edition, indicators=few), "all", language))


def drawn_text(grid: Grid, edition: Edition, language: Language) -> str:
    """What both pictures, PNG and SVG, are made of."""
    spec = titled(chart(grid, language) or {}, grid, source_text(edition, language), LINK, language)
    return " ".join(spec["title"]["subtitle"])


def svg_text(grid: Grid, edition: Edition, language: Language) -> str:
    picture = export.image(grid, source_text(edition, language), LINK, "svg", language).decode()
    return " ".join(re.findall(r">([^<>]+)<", picture)).replace("&apos;", "'")


def cited(grid: Grid, edition: Edition, language: Language) -> str:
    return citation(grid, edition, LINK, language)


FORMATS: dict[str, Callable[[Grid, Edition, Language], str]] = {
    "csv": csv_text,
    "xlsx": xlsx_text,
    "table": table_text,
    "page": page_text,
    "edition": edition_text,
    "png": drawn_text,
    "svg": svg_text,
    "citation": cited,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_what_it_is(
    editions_read: dict[str, Edition], form: str, kind: str, language: Language
) -> None:
    edition = editions_read[kind]
    grid = grid_of(edition, language)
    # The rules of the public edition name the internal one.
    text = FORMATS[form](grid, edition, language).replace(rules_text(edition, language), "")
    assert edition.edition_id in text
    assert day(edition.published_at, language) in text
    internal, public = (say(language, "audience_" + name) for name in ("internal", "public"))
    assert (internal in text) == (kind != "public")
    assert (public in text) == (kind != "internal")
    rounded = say(language, "rounded", 5)
    assert (rounded in text) == (kind != "internal")
    if form not in ("citation", "edition"):
        assert (
            say(language, "column_base") in text or base_name(grid.indicators[0], language) in text
        )
        assert form == "csv" or LINK in text
    if form != "citation":
        mark = "status" if form == "csv" else "meaning"
        assert say(language, f"{mark}_before_joining") in text


@pytest.mark.parametrize("kind", KINDS)
def test_the_name_of_a_file_says_whether_it_is_internal(
    editions_read: dict[str, Edition], kind: str
) -> None:
    edition = editions_read[kind]
    for name in (
        export.file_name(grid_of(edition), edition, "csv", "fr"),
        export.named_file("dictionnaire", edition, "xlsx", "fr"),
    ):
        assert edition.edition_id in name
        assert ("-interne-" in name) == (kind != "public")
        assert ("-public-" in name) == (kind == "public")


def test_a_file_of_two_editions_says_which_rows_are_internal(
    editions_read: dict[str, Edition],
) -> None:
    edition = editions_read["mixed"]
    text = csv_text(grid_of(edition), edition, "fr")
    lines = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert {line["territoire"] for line in lines} == {ROUEN, WHOLE}
    for line in lines:
        is_own = line["territoire"] == ROUEN
        assert line["destinataires"] == ("édition interne" if is_own else "édition publique")
        if line["valeur"]:
            assert line["arrondi"] == ("exact" if is_own else "arrondi à 5")
    foreign = csv_text(grid_of(edition, place=PARIS), edition, "fr")
    assert "édition interne" not in foreign


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_of_texts_says_what_it_is(editions_read: dict[str, Edition], kind: str) -> None:
    edition = editions_read[kind]
    table = dictionary_table(list(edition.indicators.values())[:3], edition, "fr")
    header, *lines = export.table_lines(table, edition, "fr")
    for line in lines:
        known = dict(zip(header, line, strict=True))
        assert known["édition"] == edition.edition_id
        assert known["publiée le"] == day(edition.published_at, "fr")
        assert ("interne" in str(known["destinataires"])) == (kind != "public")
