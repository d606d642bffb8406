"""The page to compose a table: what it holds, and what goes across it."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from cvg_warehouse.formats import number
from cvg_warehouse.reading import tables
from cvg_warehouse.reading.builder import (
    AXES,
    MOST_CELLS,
    Asked,
    composed_table,
    measures_of,
    size,
)
from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.grids import Grid
from cvg_warehouse.reading.texts import measure_label, place_name, value_label
from dashboards import filters
from dashboards.addresses import ACROSS, PLACES, POPULATIONS, VALUES, YEARS
from dashboards.view import View

# Stands for all territories beside the whole.
EVERY_PLACE = "tous"


def compose(view: View) -> Grid | None:
    """The choices, and the table that they make; None where there is none to show."""
    edition, language = view.edition, view.language
    if not view.choice.indicators:
        st.html(tables.note(view.say("builder_hint")))
    with st.container(horizontal=True, key="composer"):
        asked = _asked(view)
    if size(asked) > MOST_CELLS:
        counts = (number(count, 0, language) for count in (size(asked), MOST_CELLS))
        st.info(view.say("builder_too_large", *counts))
        return None
    table = composed_table(asked, edition, language)
    if table is None:
        st.info(view.say("builder_empty"))
    return table


def _asked(view: View) -> Asked:
    edition, language, choice = view.edition, view.language, view.choice
    names = choice.indicators or tuple(edition.breakdowns)[:1]
    measures = {f"{one.indicator_id}:{one.pattern}": one for one in measures_of(names, edition)}

    def value(key: str) -> str:
        return measure_label(edition, measures[key].indicator_id, measures[key].pattern, language)

    def place(name: str) -> str:
        every = name == EVERY_PLACE
        return view.say("all_territories") if every else place_name(edition, name, language)

    def people(name: str) -> str:
        return value_label(edition, "population", name, language)

    some = partial(_some, view)
    places = some(PLACES, "place", (EVERY_PLACE, *edition.geographies), place, place(choice.place))
    years = some(YEARS, "year", tuple(map(str, edition.years)), str, view.say("all_years"))
    values = some(VALUES, "axis_value", tuple(measures), value, view.say("all_values"))
    populations = some(
        POPULATIONS, "population", edition.populations, people, people(choice.population)
    )
    across = filters.choose_on_page(
        filters.Filter(
            ACROSS,
            view.say("builder_across"),
            AXES,
            "year",
            lambda axis: view.say("axis_" + axis),
        ),
        language,
    )
    view.page_filters[ACROSS] = across
    every = [WHOLE, *edition.territories] if EVERY_PLACE in places else places
    return Asked(
        measures=tuple(measures[key] for key in values or measures),
        places=tuple(every) or (choice.place,),
        years=tuple(sorted(int(year) for year in years or edition.years)),
        populations=tuple(populations) or (choice.population,),
        across=next(axis for axis in AXES if axis == across),
    )


def _some(
    view: View,
    name: str,
    title: str,
    values: tuple[str, ...],
    label: Callable[[str], str],
    hint: str,
) -> list[str]:
    """Some values, kept in the address; none stands for what the hint says."""
    one = filters.Filter(name, view.say(title), values, "", label)
    chosen = filters.choose_some_on_page(one, len(values), hint, view.language)
    if chosen:
        view.page_filters[name] = chosen
    return chosen
