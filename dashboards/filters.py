"""The filters: read from the address bar, kept across pages, written back to the address bar."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Literal, TypeVar

import streamlit as st

from cvg_warehouse.reading import tables
from cvg_warehouse.reading.blocks import Choice
from cvg_warehouse.reading.data import EVERYBODY, WHOLE, Edition
from cvg_warehouse.reading.texts import LANGUAGES, Language, label_of, place_name, say, value_label
from dashboards.addresses import (
    BLOCK,
    INDICATORS,
    LANGUAGE,
    PLACE,
    POPULATION,
    SEVERAL,
    YEAR,
    Query,
)
from dashboards.notices import shortened, unknown_value, warn

# The address as the app itself wrote it last; another one comes from a link.
WRITTEN = "_address"
T = TypeVar("T")


@dataclass(frozen=True)
class Filter:
    """A filter's name in the address, its title, its values, the default and how a value reads."""

    name: str
    title: str
    values: tuple[str, ...]
    default: str
    label: Callable[[str], str]


def current_language() -> Language:
    """The language of this run: the address decides, then the earlier choice, then French."""
    asked = st.query_params.get(LANGUAGE)
    if asked in LANGUAGES and _from_a_link():
        st.session_state[LANGUAGE] = asked
    return st.session_state.setdefault(LANGUAGE, "fr")


def read_address(edition: Edition, language: Language) -> list[str]:
    """Take over the address's filters; one notice for each value that is not known."""
    linked = _from_a_link()
    notices = [
        *_read_single_filters(edition, language, linked),
        *_read_indicators(edition, language, linked),
    ]
    if linked and st.query_params.get(LANGUAGE, "fr") not in LANGUAGES:
        shown = say(language, "language_" + language)
        unknown = st.query_params[LANGUAGE]
        notices.append(unknown_value(unknown, say(language, "language"), shown, language))
    return notices


def _read_single_filters(edition: Edition, language: Language, linked: bool) -> list[str]:
    notices = []
    for one in _filters(edition, language):
        asked = st.query_params.get(one.name) if linked else None
        value = asked if asked is not None else _kept(one.name, one.default)
        if value not in one.values:
            shown = one.label(one.default)
            notices.append(unknown_value(value, one.title, shown, language))
            value = one.default
        st.session_state[one.name] = value
    return notices


def _read_indicators(edition: Edition, language: Language, linked: bool) -> list[str]:
    asked = st.query_params.get_all(INDICATORS) if linked else []
    names = asked or _kept(INDICATORS, [])
    st.session_state[INDICATORS] = [name for name in names if name in edition.indicators]
    return [
        say(language, "unknown_indicator", shortened(name))
        for name in names
        if name not in edition.indicators
    ]


def _kept(name: str, default: T) -> T:
    """The earlier choice: Streamlit forgets it where the page did not show the filter."""
    kept: T = st.session_state.get(name, st.session_state.get(WRITTEN, {}).get(name, default))
    return kept


def show(edition: Edition, language: Language, names: Container[str]) -> Choice:
    """What is chosen; the filters of these names, to choose from."""
    shown = [one for one in _filters(edition, language) if one.name in names]
    if shown or INDICATORS in names:
        chosen = [one.label(st.session_state[one.name]) for one in shown]
        with st.container(key="choix", gap=None):
            st.html(tables.chosen(chosen or [say(language, "programme_indicators")], language))
            with st.container(horizontal=True, key="filtres"):
                for one in shown:
                    _select(one, filter_mode=None)
                if INDICATORS in names:
                    _select_indicators(edition, language)
    year, place, population, indicators = (
        st.session_state[name] for name in (YEAR, PLACE, POPULATION, INDICATORS)
    )
    return Choice(int(year), place, population, tuple(indicators))


def choose_on_page(one: Filter, language: Language, resets: str = "") -> str:
    """A filter that only a page has: from the address, the earlier choice or the default.

    Whoever changes it gets the default of the filter that it resets.
    """
    asked = st.query_params.get(one.name) if _from_a_link() else None
    value = asked if asked is not None else st.session_state.get(one.name, one.default)
    if asked is not None and asked not in one.values:
        warn(unknown_value(asked, one.title, one.label(one.default), language))
    st.session_state[one.name] = value if value in one.values else one.default
    return _select(one, resets=resets)


def choose_some_on_page(one: Filter, most: int, hint: str, language: Language) -> list[str]:
    """As `choose_on_page`, up to `most` values; none stands for what the hint says."""
    asked = st.query_params.get_all(one.name) if _from_a_link() else []
    values = asked or st.session_state.get(one.name, [])
    known = [value for value in values if value in one.values][:most]
    for value in asked:
        if value not in one.values:
            shown = ", ".join(map(one.label, known)) or hint
            warn(unknown_value(value, one.title, shown, language))
    st.session_state[one.name] = known
    return st.multiselect(
        one.title,
        one.values,
        key=one.name,
        format_func=one.label,
        placeholder=hint,
        max_selections=most,
        filter_mode="contains",
        select_all=False,
    )


def asked_block(keys: list[str], language: Language) -> str:
    """The block that the address asks to see alone; '' for the whole page."""
    asked = st.query_params.get(BLOCK, "")
    if asked and asked not in keys:
        title, shown = say(language, "block"), say(language, "whole_page")
        warn(unknown_value(asked, title, shown, language))
        return ""
    return asked


def forget_block() -> None:
    """Ask for the whole page again."""
    st.query_params.pop(BLOCK, None)


def write_address(query: Query) -> None:
    """Write all filters into the address bar."""
    if _address() != query:
        st.query_params.from_dict(query)
    st.session_state[WRITTEN] = query


def choose_language(language: Language) -> None:
    """The switch between French and English."""
    st.segmented_control(
        "Langue / Language",
        LANGUAGES,
        key=LANGUAGE,
        format_func=lambda name: say(language, "language_" + name),
        required=True,
    )


def _select(one: Filter, filter_mode: Literal["fuzzy"] | None = "fuzzy", resets: str = "") -> str:
    return st.selectbox(
        one.title,
        one.values,
        key=one.name,
        format_func=one.label,
        filter_mode=filter_mode,
        on_change=(lambda: st.session_state.pop(resets, None)) if resets else None,
    )


def _select_indicators(edition: Edition, language: Language) -> None:
    st.multiselect(
        say(language, "programme_indicators"),
        list(edition.indicators),
        key=INDICATORS,
        format_func=lambda name: label_of(edition.indicators[name], language),
        placeholder=say(language, "programme_indicators_hint"),
        filter_mode="contains",
        select_all=False,
    )


def _filters(edition: Edition, language: Language) -> tuple[Filter, Filter, Filter]:
    years = tuple(str(year) for year in edition.years)
    return (
        Filter(YEAR, say(language, "year"), years, years[0], str),
        Filter(
            PLACE,
            say(language, "place"),
            tuple(edition.geographies),
            WHOLE,
            lambda place: place_name(edition, place, language),
        ),
        Filter(
            POPULATION,
            say(language, "population"),
            edition.populations,
            EVERYBODY,
            lambda name: value_label(edition, "population", name, language),
        ),
    )


def _address() -> Query:
    query: Query = dict(st.query_params)
    return query | {name: st.query_params.get_all(name) for name in SEVERAL if name in query}


def _from_a_link() -> bool:
    address = _address()
    return bool(address) and address != st.session_state.get(WRITTEN)
