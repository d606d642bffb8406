"""The page to search: words of the glossary, definitions, blocks of pages, items of the Bilan."""

import streamlit as st
from markupsafe import Markup

from cvg_warehouse.reading import tables
from cvg_warehouse.reading.glossary import GLOSSARY, other_words
from cvg_warehouse.reading.grids import Grid, grids
from cvg_warehouse.reading.search import Entry, find
from cvg_warehouse.reading.texts import definitions, label_of
from dashboards.addresses import ITEM, QUESTION, address
from dashboards.pages import PAGES, Page
from dashboards.view import View

MOST_FOUND = 12


def search(view: View, page: Page) -> None:
    """The box, and what is found by the words in it."""
    st.session_state[QUESTION] = st.query_params.get(QUESTION, st.session_state.get(QUESTION, ""))
    question = st.text_input(
        view.say("search_box"), key=QUESTION, placeholder=view.say("search_hint"), max_chars=80
    )
    if not question.strip():
        return
    view.page_filters[QUESTION] = question
    questions = other_words(question)
    found = {kind: find(all_of_it, questions) for kind, all_of_it in entries(view).items()}
    shown = [
        tables.found(view.say(kind), some, MOST_FOUND, view.language)
        for kind, some in found.items()
        if some
    ]
    st.html(Markup().join(shown) or tables.note(view.say("search_nothing", question)))


def entries(view: View) -> dict[str, list[Entry]]:
    """All that can be found, by the text that heads its kind."""
    return {
        "search_words": _words(view),
        "search_blocks": _blocks(view),
        "search_items": _items(view),
        "search_definitions": _definitions(view),
    }


def _words(view: View) -> list[Entry]:
    return [Entry(term.name(view.language), term.meaning(view.language)) for term in GLOSSARY]


def _blocks(view: View) -> list[Entry]:
    """Every block of every page, found by its title, its values and its definitions too."""
    return [
        Entry(
            title=grid.title,
            text=f"{view.say('page_' + page.key)} · {grid.filters}",
            address=address(view.address, page.path, view.query, block=grid.key),
            more=" ".join(_said_of(grid, view)),
        )
        for page in PAGES
        for block in page.blocks
        for grid in grids(block, view.choice, view.edition, view.language)
    ]


def _said_of(grid: Grid, view: View) -> list[str]:
    heads = (head.label for head in (*grid.rows, *grid.columns))
    indicators = (
        f"{label_of(one, view.language)} {label_of(one.theme, view.language)} "
        f"{definitions(one, view.language)[0]}"
        for one in grid.indicators
    )
    return [*heads, *indicators]


def _items(view: View) -> list[Entry]:
    path = next(page.path for page in PAGES if page.key == "report")
    return [
        Entry(
            title=f"{number}. {item.title_fr}",
            text=item.section,
            address=address(view.address, path, {**view.query, ITEM: str(number)}),
        )
        for number, item in view.edition.report_items.items()
    ]


def _definitions(view: View) -> list[Entry]:
    return [
        Entry(label_of(indicator, view.language), definitions(indicator, view.language)[0])
        for indicator in view.edition.indicators.values()
    ]
