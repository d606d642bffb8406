"""Every table and figure that the Bilan prints is on the page of its item, as staff see it.

The viewer's own page makes the HTML that is read here, from the internal edition.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from dashboards.addresses import ITEM
from streamlit.testing.v1 import AppTest

from conftest import Row, read_rows
from cvg_warehouse.formats import MINUS, NARROW_SPACE
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.reading.data import WHOLE, Edition, read_edition

PUBLISHED = PROJECT / "seeds" / "published"
PRINTED_TABLES = read_rows(PUBLISHED / "published_tables.csv")
APP = PROJECT / "tests" / "support" / "item_page.py"
NUMBER = re.compile(rf"{MINUS}?\d[\d{NARROW_SPACE}]*(?:,\d+)?")
# Half of the last printed digit, and half of the last digit that the page shows.
ROUNDED = {"share": 0.55, "mean": 0.55, "median": 0.55, "count": 0}


@pytest.fixture(scope="module")
def internal(editions: Path) -> Iterator[Edition]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CVG_EDITIONS", str(editions))
        yield read_edition("internal")


Pages = Callable[[int], ElementTree.Element]


@pytest.fixture(scope="module")
def page_of(internal: Edition) -> Pages:
    """The page of an item as HTML, made once."""

    @cache
    def page_of(number: int) -> ElementTree.Element:
        app = AppTest.from_file(APP, default_timeout=60)
        app.session_state["edition"] = internal
        app.session_state[ITEM] = str(number)
        shown = app.run()
        assert not shown.exception
        bodies = "".join(element.value for element in shown.get("html"))
        return ElementTree.fromstring(f"<page>{bodies}</page>")

    return page_of


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


def expected(row: Row, figures: Mapping[str, Mapping[str, object]]) -> float:
    """The printed value; where the report contradicts itself there, the computed one."""
    figure = figures[figure_id(row)]
    value = figure["printed"] if figure["status"] == "reproduced" else figure["computed"]
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize("table_id", sorted({row["table_id"] for row in PRINTED_TABLES}))
def test_a_printed_table_is_on_its_page_cell_by_cell(
    internal: Edition, page_of: Pages, table_id: str
) -> None:
    printed = [row for row in PRINTED_TABLES if row["table_id"] == table_id]
    figures = {row["figure_id"]: row for row in internal.reconciliation}
    names = names_of(dict.fromkeys(row["row"] for row in printed), internal)
    measures = list(dict.fromkeys(row["measure"] for row in printed))
    (item,) = (one for one in internal.report_items.values() if table_id[:3] == one.table_id)
    (table,) = page_of(item.item).iter("table")
    # "Total (réseau)" says of which partners it is the total.
    shown = {
        re.sub(r"^Total \(.+\)$", "Total", text_of(row.find("th"))): row.findall("td")
        for row in table.findall("tbody/tr")
    }
    assert shown.keys() == set(names.values())
    for row in printed:
        cells = shown[names[row["row"]]]
        assert len(cells) == len(measures)
        numbers = numbers_in(cells[measures.index(row["measure"])])
        shown_one = numbers.get(row["kind"], 0)
        if not row["value"]:
            assert shown_one == 0 or row["kind"] == "share", row
            continue
        value, within = expected(row, figures), ROUNDED[row["kind"]]
        # Of a base the share is 100%: the page shows the count alone.
        is_base = value == 100 and row["measure"] == "sorties_totales"
        assert is_base or abs(shown_one - value) <= within, row


def cards(page: ElementTree.Element) -> list[tuple[str, str]]:
    """The figures that stand by themselves: their labels, and their values as they are read."""
    return [
        (text_of(card.find("p")), text_of(card.find("b")))
        for card in page.iter("div")
        if "card" in card.get("class", "").split()
    ]


def test_a_printed_figure_is_on_the_page_of_its_item(internal: Edition, page_of: Pages) -> None:
    figures = {row["figure_id"]: row for row in internal.reconciliation}
    seen = set()
    for item in internal.report_items.values():
        for term in item.terms:
            if term.figure_id == item.table_id:
                continue
            computed = figures[term.figure_id]["computed"]
            values = [
                numbers_of(value)[0]
                for label, value in cards(page_of(item.item))
                if label == term.label_fr or label.startswith(f"{term.label_fr} · ")
            ]
            # The page shows one decimal, or none where it counts.
            assert any(abs(value - computed) <= 0.0500001 for value in values), term
            seen.add(term.figure_id)
    first_line = min(int(row["source_line"]) for row in read_rows(PUBLISHED / "report_items.csv"))
    narrative = read_rows(PUBLISHED / "published_narrative.csv")
    # Before the first item the Bilan tells of the programme and of each territory.
    assert seen >= {row["figure_id"] for row in narrative if int(row["source_line"]) >= first_line}
    assert seen


def test_every_item_shows_something(internal: Edition, page_of: Pages) -> None:
    assert list(internal.report_items) == list(range(1, 105))
    for number in internal.report_items:
        page = page_of(number)
        assert any(value for _, value in cards(page)) or list(page.iter("td")), number
