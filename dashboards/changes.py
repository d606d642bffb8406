"""The page of what changed: since an earlier year or period, and since the edition before."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from cvg_warehouse.formats import day
from cvg_warehouse.reading import tables
from cvg_warehouse.reading.blocks import Block
from cvg_warehouse.reading.change_tables import (
    KINDS,
    Changes,
    marks,
    since_edition,
    since_period,
    since_year,
)
from cvg_warehouse.reading.data import Measure
from cvg_warehouse.reading.earlier import Earlier, earlier
from cvg_warehouse.reading.figures import rounding_text
from cvg_warehouse.reading.grids import MOST_ROWS
from cvg_warehouse.reading.paper import Titled
from cvg_warehouse.reading.periods import Period, earlier_ones, periods
from cvg_warehouse.reading.texts import place_name, value_label
from cvg_warehouse.reading.verdicts import STABLE_WITHIN_PERCENT, STABLE_WITHIN_POINTS, VERDICTS
from dashboards import filters
from dashboards.addresses import PERIOD, PERIOD_BEFORE, SINCE
from dashboards.pages import PAGES, Page
from dashboards.take_away import take_away_page, take_away_table
from dashboards.view import View

SELECT_WIDTH, SELECT_WIDTH_OF_PERIODS = 240, 420


def changes(view: View, page: Page) -> None:
    """What changed for the chosen place and population."""
    of_page = st.container()
    shown = _since_year(view) + _since_period(view)
    _heading(view.say("changes_edition"), "depuis-l-edition", view)
    before = earlier(view.edition, view.choice.place, view.choice.population)
    known = view.edition.about["previous_edition_id"]
    if before:
        shown += _since_edition(before, view)
    elif known:
        st.html(tables.note(view.say("changes_not_kept", known)))
    else:
        st.html(tables.note(view.say("changes_first_edition")))
    with of_page:
        take_away_page([], view, page, shown)


def _since_year(view: View) -> list[Titled]:
    choice = view.choice
    years = tuple(str(year) for year in view.edition.years if year < choice.year)
    if not years:
        _heading(view.say("year"), "depuis-l-annee", view)
        st.html(tables.note(view.say("changes_no_year", choice.year)))
        return []
    with st.container(width=SELECT_WIDTH):
        year = filters.choose_on_page(
            filters.Filter(SINCE, view.say("changes_since"), years, years[0], str), view.language
        )
    view.page_filters[SINCE] = year
    title = view.say("changes_years", year, choice.year)
    _heading(title, "depuis-l-annee", view)
    found = since_year(_key_figures(view), int(year), choice, view.edition, view.language)
    shown = _table("depuis-l-annee", title, found, VERDICTS, view)
    st.html(tables.note(_rules(view)))
    return shown


def _since_period(view: View) -> list[Titled]:
    choice = view.choice
    _heading(view.say("changes_period"), "depuis-la-periode", view)
    if view.edition.audience_of(choice.place) == "public":
        st.html(tables.note(view.say("changes_period_internal")))
        return []
    known = periods(view.edition, choice.place)
    later = [one for one in known if earlier_ones(one, known)]
    if not later:
        st.html(tables.note(view.say("changes_no_period")))
        return []
    with st.container(horizontal=True):
        now = _choose_period(PERIOD, later, view, resets=PERIOD_BEFORE)
        before = _choose_period(PERIOD_BEFORE, earlier_ones(now, known), view)
    found = since_period(_key_figures(view), (before, now), choice, view.edition, view.language)
    if not found.table[1]:
        st.html(tables.note(view.say("changes_whole_years")))
        return []
    days = (one.days(view.language) for one in (now, before))
    title = view.say("changes_of_periods", *days)
    shown = _table("depuis-la-periode", title, found, VERDICTS, view)
    st.html(tables.note(f"{_rules(view)} {view.say('changes_whole_years')}"))
    return shown


def _choose_period(name: str, offered: Sequence[Period], view: View, resets: str = "") -> Period:
    """One of some periods, the first unless another is chosen."""
    by_id = {one.period_id: one for one in offered}
    filter_ = filters.Filter(
        name,
        view.say("changes_" + name),
        tuple(by_id),
        offered[0].period_id,
        lambda one: by_id[one].label(view.language),
    )
    with st.container(width=SELECT_WIDTH_OF_PERIODS):
        chosen = filters.choose_on_page(filter_, view.language, resets)
    view.page_filters[name] = chosen
    return by_id[chosen]


def _heading(title: str, anchor: str, view: View) -> None:
    st.html(tables.heading(title, anchor, view.language))


def _rules(view: View) -> str:
    """When a difference is called a rise, a fall or stable."""
    return view.say("changes_rules", STABLE_WITHIN_POINTS, STABLE_WITHIN_PERCENT)


def _key_figures(view: View) -> Block:
    """The key figures, or all figures of the chosen indicators."""
    block = next(block for page in PAGES for block in page.blocks if block.shape == "cards")
    chosen = tuple(Measure(name, "%") for name in view.choice.indicators)
    return replace(block, measures=chosen or block.measures, years="one")


def _since_edition(before: Earlier, view: View) -> list[Titled]:
    edition, choice, language = view.edition, view.choice, view.language
    published = day(before.published_at, language)
    title = view.say("changes_edition_of", published, before.edition_id)
    found = since_edition(before, choice, edition, language)
    rounding = 1 if choice.place in edition.exact_places else edition.rounding
    if before.rounding != rounding:
        st.html(tables.note(view.say("changes_rounded", before.rounding, rounding)))
    header = [view.say("year"), *(view.say("change_" + kind) for kind in KINDS)]
    rows = [[str(year), *(str(one.counts[kind]) for kind in KINDS)] for year, one in found.items()]
    years = Titled(f"{title} · {_of_whom(view)}", (header, rows))
    st.html(tables.plain_table(*years, language))
    if choice.year not in found:
        return [years]
    detail = f"{title} · {choice.year}"
    return [years, *_table("depuis-l-edition", detail, found[choice.year], KINDS, view)]


def _of_whom(view: View) -> str:
    """The place and the population."""
    edition, choice = view.edition, view.choice
    place = place_name(edition, choice.place, view.language)
    return f"{place} · {value_label(edition, 'population', choice.population, view.language)}"


def _table(
    key: str, title: str, found: Changes, kinds: tuple[str, ...], view: View
) -> list[Titled]:
    """How many changes there are of each kind, all of them, and what their marks mean."""
    header, rows = found.table
    st.html(tables.note(_summary(found.counts, kinds, view)))
    if not rows:
        return []
    rounding = rounding_text(found.figures, view.language)
    title = " · ".join(filter(None, (title, _of_whom(view), rounding)))
    said = marks(found.figures, view.language)
    if len(rows) > MOST_ROWS:
        cut = view.say("rows_first", MOST_ROWS, len(rows))
        said = " · ".join(filter(None, (cut, said)))
    shown = tables.plain_table(title, (header, rows[:MOST_ROWS]), view.language)
    st.html(shown + (tables.note(said) if said else ""))
    take_away_table(key, title, found.table, view)
    return [Titled(title, found.table)]


def _summary(counts: Counter[str], kinds: tuple[str, ...], view: View) -> str:
    said = [
        view.say("named", view.say("change_" + kind), counts[kind])
        for kind in kinds
        if counts[kind]
    ]
    return " · ".join(said) or view.say("changes_same")
