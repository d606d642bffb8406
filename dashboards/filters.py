"""The filters: read from the address bar, kept across pages, written back to the address bar."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from cvg_warehouse.reading.data import EVERYBODY, WHOLE, Edition
from cvg_warehouse.reading.export import query_of
from cvg_warehouse.reading.grids import Choice
from cvg_warehouse.reading.texts import LANGUAGES, Language, indicator_label, place_name, say

YEAR, PLACE, POPULATION, INDICATORS, LANGUAGE = (
    *("annee", "territoire", "population", "indicateur", "langue"),
)
# The address as the app itself wrote it last; another one comes from a link.
WRITTEN = "_address"


@dataclass(frozen=True)
class Filter:
    """A filter's name in the address, its title, its values, the default and how a value reads."""

    name: str
    title: str
    values: tuple[str, ...]
    default: str
    label: Callable[[str], str]


def language() -> Language:
    """The language of this run: the address decides, then what was chosen before, then French."""
    asked = st.query_params.get(LANGUAGE)
    if asked in LANGUAGES and _from_a_link():
        st.session_state[LANGUAGE] = asked
    return st.session_state.setdefault(LANGUAGE, "fr")


def read_address(edition: Edition, speak: Language) -> list[str]:
    """Take over the address's filters; one notice for each value that is not known."""
    notices = []
    linked = _from_a_link()
    for one in _filters(edition, speak):
        asked = st.query_params.get(one.name) if linked else None
        value = asked if asked is not None else st.session_state.get(one.name, one.default)
        if value not in one.values:
            shown = one.label(one.default)
            notices.append(say(speak, "unknown_value", value, one.title, shown))
            value = one.default
        st.session_state[one.name] = value
    asked_indicators = st.query_params.get_all(INDICATORS) if linked else []
    indicators = asked_indicators or st.session_state.get(INDICATORS, [])
    known = [name for name in indicators if name in edition.indicators]
    notices += [
        say(speak, "unknown_value", name, say(speak, "programme_indicators"), say(speak, "nothing"))
        for name in indicators
        if name not in known
    ]
    st.session_state[INDICATORS] = known
    if linked and st.query_params.get(LANGUAGE, "fr") not in LANGUAGES:
        shown = say(speak, "language_" + speak)
        notices.append(
            say(speak, "unknown_value", st.query_params[LANGUAGE], say(speak, "language"), shown)
        )
    return notices


def show(edition: Edition, speak: Language) -> Choice:
    """The filters, to choose from."""
    with st.container(horizontal=True, key="filtres"):
        year, place, population = (
            st.selectbox(
                one.title, one.values, key=one.name, format_func=one.label, filter_mode=None
            )
            for one in _filters(edition, speak)
        )
    indicators = st.multiselect(
        say(speak, "programme_indicators"),
        list(edition.indicators),
        key=INDICATORS,
        format_func=lambda name: indicator_label(edition.indicators[name], speak),
        placeholder=say(speak, "programme_indicators_hint"),
        filter_mode="contains",
        select_all=False,
    )
    return Choice(int(year), place, population, tuple(indicators))


def of_the_page(name: str, title: str, values: list[str], default: str, speak: Language) -> None:
    """Set what only this page asks for: from the address, from before, or the default."""
    asked = st.query_params.get(name) if _from_a_link() else None
    value = asked if asked is not None else st.session_state.get(name, default)
    if asked is not None and asked not in values:
        st.warning(say(speak, "unknown_value", asked, title, default))
    st.session_state[name] = value if value in values else default


def write_address(choice: Choice, speak: Language, more: dict[str, str]) -> None:
    """Write the filters, and what else the page asks for, into the address bar."""
    query = query_of(choice, speak) | more
    if _address() != query:
        st.query_params.from_dict(query)
    st.session_state[WRITTEN] = query


def choose_language(speak: Language) -> None:
    """The switch between French and English."""
    st.segmented_control(
        "Langue / Language",
        LANGUAGES,
        key=LANGUAGE,
        format_func=lambda name: say(speak, "language_" + name),
        required=True,
    )


def _filters(edition: Edition, speak: Language) -> tuple[Filter, Filter, Filter]:
    years = tuple(str(year) for year in edition.years)
    return (
        Filter(YEAR, say(speak, "year"), years, years[0], str),
        Filter(
            PLACE,
            say(speak, "place"),
            tuple(edition.geographies),
            WHOLE,
            lambda place: place_name(edition, place, speak),
        ),
        Filter(
            POPULATION,
            say(speak, "population"),
            edition.populations,
            EVERYBODY,
            lambda name: say(speak, "population_" + name),
        ),
    )


def _address() -> dict[str, str | list[str]]:
    query: dict[str, str | list[str]] = dict(st.query_params)
    if INDICATORS in query:
        query[INDICATORS] = st.query_params.get_all(INDICATORS)
    return query


def _from_a_link() -> bool:
    address = _address()
    return bool(address) and address != st.session_state.get(WRITTEN)
