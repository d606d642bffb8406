"""The page that compares territories: what is chosen on it, and what it then shows.

Beside the chosen territory stand all of them, some, or those of its own urbanity group.
"""

from dataclasses import replace

import streamlit as st

from cvg_warehouse.reading import tables
from cvg_warehouse.reading.blocks import Block
from cvg_warehouse.reading.data import WHOLE, Edition, Measure
from cvg_warehouse.reading.grids import Grid, grids
from cvg_warehouse.reading.texts import measure_label, place_name
from dashboards import filters
from dashboards.addresses import COMPARED, MEASURE
from dashboards.view import View

# What is shown first.
USUAL_MEASURE = "exits.job_or_training:emploi_durable"
# Thousands of partners are no measure to compare.
NOT_COMPARED = "partners.partner_actions"
# In the address: the chosen territory's own group.
OWN_GROUP = "groupe"
MOST_COMPARED = 5


def compared(view: View) -> list[Grid]:
    """Ranking, map and years of one measure; nothing where no measure is left to choose."""
    measures = _measures(view)
    if not measures:
        return []
    with st.container(horizontal=True, key="comparaison"):
        key = _choose_measure(measures, view)
        chosen = _choose_places(view)
    _name_group(chosen, view)
    measure = measures[key]
    choice = replace(view.choice, compared=places_of(chosen, view.choice.place, measure, view))
    label = _label(measure, view)
    blocks = (
        Block("rang", (measure,), view.say("named", view.say("block_ranking"), label)),
        Block(
            "annees",
            (measure,),
            view.say("named", view.say("block_over_years"), label),
            years="all",
            shape="multiples",
        ),
        Block("carte", (measure,), view.say("named", view.say("block_map"), label), shape="tiles"),
    )
    everywhere = replace(choice, compared=())
    return [
        grid
        for block in blocks
        for grid in grids(
            replace(block, places="territories"),
            everywhere if block.shape == "tiles" else choice,
            view.edition,
            view.language,
        )
    ]


def group_of(place: str, edition: Edition) -> str | None:
    """The urbanity group of a territory, or the place where it is a group itself."""
    found = edition.geographies[place]
    return place if found.geography_level == "urbanity" else found.urbanity


def members(group: str, edition: Edition) -> list[str]:
    """The territories of an urbanity group."""
    return [place for place in edition.territories if edition.geographies[place].urbanity == group]


def places_of(chosen: list[str], place: str, measure: Measure, view: View) -> tuple[str, ...]:
    """The places to show; none for all territories. A number of people is not set beside a sum."""
    edition = view.edition
    group = group_of(place, edition)
    wanted = {*chosen, *({place} if chosen else ())} - {OWN_GROUP, WHOLE}
    if group and (OWN_GROUP in chosen or place == group):
        wanted.update(members(group, edition))
        is_count = edition.indicators[measure.indicator_id].statistic == "count"
        wanted = wanted - {group} if is_count else wanted | {group}
    return tuple(one for one in edition.geographies if one in wanted)


def _measures(view: View) -> dict[str, Measure]:
    """The measures to choose from: `exits.other:retraite` and what it stands for."""
    return {
        f"{name}:{breakdown}": Measure(name, breakdown)
        for name in view.choice.indicators or view.edition.indicators
        for breakdown in view.edition.breakdowns.get(name, ())
        if not name.startswith(NOT_COMPARED)
    }


def _choose_measure(measures: dict[str, Measure], view: View) -> str:
    default = USUAL_MEASURE if USUAL_MEASURE in measures else next(iter(measures))
    key = filters.choose_on_page(
        filters.Filter(
            MEASURE,
            view.say("measure"),
            tuple(measures),
            default,
            lambda key: _label(measures[key], view),
        ),
        view.language,
    )
    view.page_filters[MEASURE] = key
    return key


def _choose_places(view: View) -> list[str]:
    """Some territories, or the group of the chosen one, which is named."""
    edition, place = view.edition, view.choice.place
    group = group_of(place, edition)

    def label(one: str) -> str:
        if one == OWN_GROUP and group:
            return view.say("named", view.say("own_group"), _name(group, view))
        return _name(one, view)

    offered = (*((OWN_GROUP,) if group and group != place else ()), *edition.territories)
    chosen = filters.choose_some_on_page(
        filters.Filter(COMPARED, view.say("compared"), offered, "", label),
        MOST_COMPARED,
        view.say("compared_hint"),
        view.language,
    )
    if chosen:
        view.page_filters[COMPARED] = chosen
    return chosen


def _name_group(chosen: list[str], view: View) -> None:
    """Say which group the chosen territory is in, and offer to stay within it."""
    edition, place = view.edition, view.choice.place
    group = group_of(place, edition)
    if group is None or group == place:
        return
    names = ", ".join(_name(one, view) for one in members(group, edition))
    with st.container(key="groupe", gap=None):
        said = view.say("own_group_is", _name(place, view), _name(group, view), names)
        st.html(tables.note(said))
        if OWN_GROUP not in chosen:
            st.button(
                view.say("own_group_set"),
                on_click=lambda: st.session_state.update({COMPARED: [OWN_GROUP]}),
                type="tertiary",
            )


def _name(place: str, view: View) -> str:
    return place_name(view.edition, place, view.language)


def _label(measure: Measure, view: View) -> str:
    return measure_label(view.edition, measure.indicator_id, measure.pattern, view.language)
