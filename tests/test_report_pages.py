"""Every table and figure that the Bilan prints is on the page of its item, as staff see it.

The viewer's own page makes the HTML that is read here. In the internal edition it shows what the
print says, in the public one what follows from the rounded cells, and nothing that is masked.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from dashboards.addresses import ITEM
from streamlit.testing.v1 import AppTest

from conftest import Row, read_rows
from cvg_warehouse.formats import MINUS, NARROW_SPACE
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.publication.editions import AUDIENCES
from cvg_warehouse.reading.data import EVERYBODY, WHOLE, Edition

PUBLISHED = PROJECT / "seeds" / "published"
ITEMS = read_rows(PUBLISHED / "report_items.csv")
(REPORT,) = {row["report_id"] for row in ITEMS}


def printed_in_the_report(seed: str) -> list[Row]:
    """The lines of the report whose items the pages show."""
    return [row for row in read_rows(PUBLISHED / f"{seed}.csv") if row["report_id"] == REPORT]


PRINTED_TABLES = printed_in_the_report("published_tables")
APP = PROJECT / "tests" / "support" / "item_page.py"
NUMBER = re.compile(rf"{MINUS}?\d[\d{NARROW_SPACE}]*(?:,\d+)?")
# Items whose public form is coarser, with why; and the one that has none.
NAMES, OF_JUSTICE = "car le Bilan imprime leurs noms", "une difficulté de justice"
COARSER = {20: OF_JUSTICE, 30: NAMES, 41: NAMES, 72: OF_JUSTICE}
JUSTICE = 103
# The least and the most difficulties in each band: the Bilan prints that everybody has two.
BANDS = {"3 au plus": (2, 3), "4 ou 5": (4, 5), "6 et plus": (6, 8)}
# Half of the last printed digit, and half of the last digit that the page shows.
ROUNDED = {"share": 0.55, "mean": 0.55, "median": 0.55, "count": 0}


@dataclass(frozen=True)
class Pages:
    """An edition, and the pages of its items as HTML, each made once."""

    edition: Edition
    made: dict[int, ElementTree.Element] = field(default_factory=dict)

    def of(self, item: int) -> ElementTree.Element:
        if item not in self.made:
            app = AppTest.from_file(APP, default_timeout=60)
            app.session_state["edition"] = self.edition
            app.session_state[ITEM] = str(item)
            with pytest.MonkeyPatch.context() as patch:
                # The page takes the place of the main module, which every process started later
                # would run.
                patch.setitem(sys.modules, "__main__", sys.modules["__main__"])
                shown = app.run()
            assert not shown.exception
            bodies = [element.value for element in shown.get("html")]
            notices = [f"<aside>{escape(notice.value)}</aside>" for notice in shown.info]
            self.made[item] = ElementTree.fromstring(f"<page>{''.join(bodies + notices)}</page>")
        return self.made[item]

    @property
    def figures(self) -> dict[str, Mapping[str, Any]]:
        """The printed figures by their identifier, with the computed ones."""
        return {row["figure_id"]: row for row in self.edition.reconciliation}


@pytest.fixture(scope="module", params=AUDIENCES)
def pages(request: pytest.FixtureRequest, known: dict[str, Edition]) -> Pages:
    return Pages(known[request.param])


def text_of(element: ElementTree.Element | None) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


def numbers_in(element: ElementTree.Element) -> dict[str, float]:
    """The numbers of a cell or card by their kind: a share has its count beside it."""
    value = text_of(element.find("b"))
    details = [numbers_of(text_of(one)) for one in element.findall("small")]
    if not value:
        return {}
    if "%" not in value:
        return dict.fromkeys(ROUNDED, numbers_of(value)[0])
    return {"share": numbers_of(value)[0], "count": details[0][0]}


def numbers_of(text: str) -> list[float]:
    return [
        float(found.replace(NARROW_SPACE, "").replace(",", ".").replace(MINUS, "-"))
        for found in NUMBER.findall(text)
    ]


def names_of(rows: Iterable[str], edition: Edition) -> dict[str, str]:
    """What the rows of a printed table are called on a page."""
    known = edition.geographies
    by_place = any(row in known for row in rows if row != WHOLE)
    return {row: known[row].name_fr if by_place else row for row in rows}


def figure_id(row: Row) -> str:
    return "|".join((row["table_id"][:3], row["row"], row["measure"], row["kind"]))


@pytest.mark.parametrize("table_id", sorted({row["table_id"] for row in PRINTED_TABLES}))
def test_a_printed_table_is_on_its_page_cell_by_cell(pages: Pages, table_id: str) -> None:
    edition, figures = pages.edition, pages.figures
    printed = [row for row in PRINTED_TABLES if row["table_id"] == table_id]
    names = names_of(dict.fromkeys(row["row"] for row in printed), edition)
    measures = list(dict.fromkeys(row["measure"] for row in printed))
    items = [one for one in edition.report_items.values() if table_id[:3] == one.table_id]
    if not items:
        # Rows that name partners are not in the public edition at all.
        assert edition.audience == "public"
        assert not figures.keys() & {figure_id(row) for row in printed}
        return
    (item,) = items
    (table,) = pages.of(item.item).iter("table")
    # "Total (réseau)" says of which partners it is the total.
    shown = {
        re.sub(r"^Total \(.+\)$", "Total", text_of(row.find("th"))): row.findall("td")
        for row in table.findall("tbody/tr")
    }
    assert list(shown) == list(names.values())
    for row in printed:
        cells = shown[names[row["row"]]]
        assert len(cells) == len(measures)
        numbers = numbers_in(cells[measures.index(row["measure"])])
        if not row["value"]:
            assert numbers.get("count", 0) == 0 or row["kind"] == "share", row
            continue
        figure = figures[figure_id(row)]
        if figure["status"] == "masked":
            assert not numbers, row
            continue
        # Where the report contradicts itself the page has the computed value. Of a base the share
        # is 100%: the page shows the count alone.
        is_exact = figure["status"] == "reproduced" and edition.rounding == 1
        value = figure["printed" if is_exact else "computed"]
        is_base = value == 100 and row["measure"] == "sorties_totales"
        assert is_base or abs(numbers[row["kind"]] - value) <= ROUNDED[row["kind"]], row


def cards(page: ElementTree.Element) -> list[tuple[str, str]]:
    """The figures that stand by themselves: their labels, and their values as they are read."""
    return [
        (text_of(card.find("p")), text_of(card.find("b")))
        for card in page.iter("div")
        if "card" in card.get("class", "").split()
    ]


def test_a_printed_figure_is_on_the_page_of_its_item(pages: Pages) -> None:
    seen = set()
    for item in pages.edition.report_items.values():
        for term in item.terms:
            if term.figure_id == item.table_id:
                continue
            seen.add(term.figure_id)
            figure = pages.figures[term.figure_id]
            values = [
                numbers_of(value)
                for label, value in cards(pages.of(item.item))
                if label == term.label_fr or label.startswith(f"{term.label_fr} · ")
            ]
            if figure["status"] == "masked":
                assert [] in values or not values, term
                continue
            # The page shows one decimal; none where it counts, or where rounding allows none.
            half = 0.0500001 if pages.edition.rounding == 1 else 0.5000001
            close = [abs(shown[0] - figure["computed"]) <= half for shown in values if shown]
            assert any(close), term
    first_line = min(int(row["source_line"]) for row in ITEMS)
    # Before the first item the Bilan tells of the programme and of each territory.
    among_items = {
        row["figure_id"]
        for row in printed_in_the_report("published_narrative")
        if row["source_line"] and int(row["source_line"]) >= first_line
    }
    assert among_items
    assert seen >= among_items & pages.figures.keys()


def test_the_public_edition_shows_a_coarser_form_and_says_why(known: dict[str, Edition]) -> None:
    public, internal = (Pages(known[audience]) for audience in ("public", "internal"))
    partners = {row["row"] for row in PRINTED_TABLES if row["table_id"][:3] in ("T02", "T04")} - {
        "Total"
    }
    assert len(partners) > 40
    for item, why in COARSER.items():
        page = public.of(item)
        assert [numbers_of(text_of(one)) for one in page.iter("td")], item
        assert text_of(page).count(why) == 1, item
        assert why not in text_of(internal.of(item)), item
        assert not [name for name in partners if name in text_of(page)], item
    # What is not published is not known to within anything.
    assert ("Personnes ayant 2 difficultés ou plus", "") in cards(public.of(20))
    assert " près" not in text_of(public.of(20))
    of_names = {name for name in partners if name in text_of(internal.of(30))}
    assert of_names, "the internal edition names them"
    # Difficulties with justice are data of a special kind: no form of them is coarse enough.
    assert not list(public.of(JUSTICE).iter("td"))
    assert "trop sensibles" in text_of(public.of(JUSTICE).find("aside"))


def counts_of(edition: Edition, indicator: str, place: str, year: int) -> dict[str, float | None]:
    cells = {
        value: edition.cell(indicator, year, place, EVERYBODY, value)
        for value in edition.breakdowns[indicator]
    }
    return {value: cell and cell.numerator for value, cell in cells.items()}


def test_bands_of_difficulties_say_nothing_of_justice(known: dict[str, Edition]) -> None:
    edition, seen = known["public"], 0
    for place, year in product(edition.geographies, edition.years):
        bands = counts_of(edition, "barriers.count_band_at_entry", place, year)
        others = counts_of(edition, "barriers.at_entry", place, year)
        assert len(others) == 7
        in_bands = {band: count for band, count in bands.items() if count is not None}
        met = [count for count in others.values() if count is not None]
        people = sum(in_bands.values())
        if not people or len(in_bands) < len(BANDS) or len(met) < len(others):
            continue
        seen += 1
        # All difficulties that there may be, less the public ones, as far as rounding tells.
        half = edition.rounding // 2
        least = sum((in_bands[band] - half) * few for band, (few, _) in BANDS.items())
        most = sum((in_bands[band] + half) * many for band, (_, many) in BANDS.items())
        assert least - sum(met) - half * len(met) <= 0, (place, year)
        assert most - sum(met) + half * len(met) >= people / 2, (place, year)
    assert seen > 30


def test_every_item_shows_something_or_says_why_not(pages: Pages) -> None:
    assert list(pages.edition.report_items) == list(range(1, 105))
    for item in pages.edition.report_items:
        page = pages.of(item)
        has_figures = any(value for _, value in cards(page)) or bool(list(page.iter("td")))
        says_why = pages.edition.audience == "public" and bool(list(page.iter("aside")))
        assert has_figures != says_why, item
        is_reference = pages.edition.report_items[item].reference_seed
        texts = [value for _, value in cards(page)] + [text_of(one) for one in page.iter("td")]
        if not is_reference and not any(numbers_of(text) for text in texts):
            assert "L'édition interne" in text_of(page), item
