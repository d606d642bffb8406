"""The PDF of a page: whole, on few sheets, and each sheet says what it is of and for whom."""

import re
import zlib
from collections.abc import Callable

import pytest
from dashboards.pages import PAGES

from cvg_warehouse.formats import day
from cvg_warehouse.reading.blocks import Block, Choice
from cvg_warehouse.reading.data import EVERYBODY, Edition, Measure, with_own
from cvg_warehouse.reading.glossary import GLOSSARY
from cvg_warehouse.reading.grids import Grid, grids
from cvg_warehouse.reading.lists import reconciliation_table, words_table
from cvg_warehouse.reading.paper import Titled, page_pdf, written

ROUEN, YEAR, LINK = "08-Rouen", 2024, "https://example.org/territoire"
MOST_SHEETS = 6
[SHEET] = [page for page in PAGES if page.key == "territory"]
KINDS: dict[str, Callable[[dict[str, Edition]], Edition]] = {
    "public": lambda known: known["public"],
    "internal": lambda known: known["internal"],
    "mixed": lambda known: with_own(known["public"], known["internal"], {ROUEN}),
}


def sheets(pdf: bytes) -> list[str]:
    """The words of each sheet, as they are drawn."""
    streams = re.findall(rb"/FlateDecode.*?stream\n(.*?)\nendstream", pdf, re.DOTALL)
    drawn = [zlib.decompress(stream) for stream in streams]
    pages = [page for page in drawn if b" Tj" in page]
    texts = [
        " ".join(
            re.sub(rb"\\(.)", rb"\1", text).decode("windows-1252").replace("\xa0", " ")
            for text in re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", page)
        )
        for page in pages
    ]
    return [" ".join(text.split()) for text in texts]


def of_sheet(edition: Edition, year: int = YEAR, population: str = EVERYBODY) -> list[Grid]:
    choice = Choice(year, ROUEN, population)
    return [grid for block in SHEET.blocks for grid in grids(block, choice, edition, "fr")]


@pytest.mark.parametrize("kind", KINDS)
def test_the_territory_sheet_has_few_sheets_that_all_say_what_they_are(
    known: dict[str, Edition], kind: str
) -> None:
    edition = KINDS[kind](known)
    found = of_sheet(edition)
    pages = sheets(page_pdf("Fiche territoire", "Rouen · 2024", found, edition, LINK, "fr"))
    assert 2 <= len(pages) <= MOST_SHEETS
    for number, page in enumerate(pages, start=1):
        assert edition.edition_id in page
        assert day(edition.published_at) in page
        assert ("édition interne" in page) == (kind != "public")
        assert ("édition publique" in page) == (kind != "internal")
        assert f"{number} / {len(pages)}" in page
    text = " ".join(pages)
    for grid in found:
        assert all(word in text for word in written(grid.title).split())
    assert LINK in pages[0]
    assert "av. entrée" in text
    assert "avant l'entrée du territoire dans le programme" in text
    assert ("arrondi à 5" in text) == (kind != "internal")


def test_a_table_that_is_cut_has_its_header_on_each_sheet(known: dict[str, Edition]) -> None:
    table = words_table([*GLOSSARY] * 3, "fr")
    pages = sheets(
        page_pdf("Dictionnaire", "", [], known["public"], LINK, "fr", [Titled("Mots", table)])
    )
    assert len(pages) > 3
    assert all(re.search(r"\bMot\b.*\bSens\b", page) for page in pages)


def test_what_is_masked_or_empty_is_printed_with_its_mark(known: dict[str, Edition]) -> None:
    edition = known["public"]
    found = of_sheet(edition, min(edition.years), "after_phc")
    assert any(figure.status == "before_joining" for grid in found for figure in grid.cells)
    text = " ".join(sheets(page_pdf("Fiche", "Rouen", found, edition, LINK, "fr")))
    assert "av. entrée" in text and "n. p." in text
    assert len(sheets(page_pdf("Vide", "", [], edition, LINK, "fr"))) == 1


def test_texts_that_the_font_does_not_have_are_printed_all_the_same(
    known: dict[str, Edition],
) -> None:
    assert written("−1\u202f234 → cœur · l’État « 5 % »") == "–1\xa0234 > cœur · l’État « 5 % »"
    edition = known["internal"]
    table = Titled("日本", (["a", "b"], [["(x) \\ y", "日本"]]))
    [page] = sheets(page_pdf("Ωmega", "", [], edition, LINK, "fr", [table]))
    assert "(x) \\ y" in page


def test_many_columns_lie_on_their_side(known: dict[str, Edition]) -> None:
    edition = known["public"]
    rows = [row for row in edition.reconciliation if row["status"] == "contradicted"]
    table = Titled("Rapprochement", reconciliation_table(rows, edition, "fr"))
    pdf = page_pdf("Qualité", "", [], edition, LINK, "fr", [table])
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert any(float(across) > float(down) for across, down in sizes)


def test_a_long_list_is_printed_in_parts(known: dict[str, Edition]) -> None:
    edition = known["internal"]
    block = Block("partenaires", (Measure("partners.partner_actions", "emploi x %"),))
    found = grids(block, Choice(YEAR, ROUEN, EVERYBODY), edition, "fr")
    pages = sheets(page_pdf("Partenaires", "Rouen", found, edition, LINK, "fr"))
    assert 1 < len(pages) < 20
