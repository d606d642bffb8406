"""The indicator viewer: `streamlit run dashboards/app.py`."""

from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from cvg_warehouse.formats import day
from cvg_warehouse.publication.editions import current_edition
from cvg_warehouse.reading.blocks import Choice
from cvg_warehouse.reading.data import EVERYBODY, Edition, read_edition, with_own
from cvg_warehouse.reading.tables import edition_line
from cvg_warehouse.reading.texts import LANGUAGES, Language, place_name, say
from cvg_warehouse.terminal import Refusal
from dashboards import filters, views
from dashboards.access import Access, access
from dashboards.addresses import Query, query_of
from dashboards.notices import warn
from dashboards.pages import PAGES, Page
from dashboards.sign_in import banner, sign_in
from dashboards.view import View

STYLE = Path(__file__).parent / "style.css"
# Written here, without anything from outside: the language of the page, for those who hear it.
PAGE_LANGUAGE = {
    name: f"<script>document.documentElement.lang = '{name}'</script>" for name in LANGUAGES
}
SCRIPT = "<script>" + Path(__file__).with_name("page.js").read_text("utf-8") + "</script>"
LOOK_AGAIN_AFTER = 5


def main() -> None:
    """Show the page that was asked for, from the newest edition."""
    language = filters.current_language()
    st.set_page_config(page_title=say(language, "app_title"), layout="wide")
    st.html(STYLE)
    st.html(PAGE_LANGUAGE[language], unsafe_allow_javascript=True)
    st.html(SCRIPT, unsafe_allow_javascript=True)
    edition_id = _pointed_at()
    _watch(edition_id)
    who = access(edition_id)
    edition = _open(edition_id, who)
    if edition is None:
        with st.sidebar:
            filters.choose_language(language)
            sign_in(who, edition, language)
        _no_edition(language)
        return
    _greet(edition, language)
    banner(who, language)

    def run(page: Page) -> None:
        views.show(page, view)

    pages = {
        page.path: st.Page(
            partial(run, page),
            title=say(language, "page_" + page.key),
            url_path=page.path,
            default=not page.path,
        )
        for page in PAGES
    }
    url = urlsplit(st.context.url or "")
    base = st.get_option("server.baseUrlPath").strip("/")
    asked = unquote(url.path).strip("/").removeprefix(base).rsplit("/", 1)[-1]
    lost = asked not in pages
    # Streamlit would say so itself, in English: an unknown address is a page of its own.
    stray = [st.Page(partial(run, PAGES[0]), title=asked, url_path=asked)] if lost else []
    current = st.navigation([*pages.values(), *stray], position="hidden")
    page = next((page for page in PAGES if page.path == current.url_path), PAGES[0])
    title = say(language, "page_" + page.key)
    st.set_page_config(page_title=f"{title} · {say(language, 'app_title')}")
    st.title(title, anchor=False)
    st.caption(say(language, "lead_" + page.key))
    notices = filters.read_address(edition, language)
    choice = filters.show(edition, language, page.filters)
    _sidebar(pages, query_of(choice, language), language)
    with st.sidebar:
        sign_in(who, edition, language)
    if lost:
        notices.insert(0, say(language, "unknown_page"))
    for notice in [*notices, *_about(choice, edition, language)]:
        warn(notice)
    address = f"{url.scheme}://{url.netloc}/{base}"
    view = View(edition, choice, language, address)
    current.run()
    filters.write_address(view.query)


@st.cache_resource(max_entries=4, show_spinner=False)
def _edition(edition_id: str, audience: str) -> Edition:
    """One copy of an edition for all sessions; whose they are is decided afterwards."""
    edition = read_edition(audience)
    if edition.edition_id != edition_id:
        raise Refusal("another edition was published just now")
    return edition


def _pointed_at() -> str | None:
    try:
        return current_edition()
    except Refusal:
        return None


def _open(edition_id: str | None, who: Access) -> Edition | None:
    """What `who` reads. The internal edition is opened for those only who read some of it."""
    if edition_id is None:
        return None
    try:
        if who.everything:
            return _edition(edition_id, "internal")
        public = _edition(edition_id, "public")
        if not who.territories:
            return public
        return with_own(public, _edition(edition_id, "internal"), who.territories)
    except Refusal:
        return None


@st.fragment(run_every=LOOK_AGAIN_AFTER)
def _watch(shown: str | None) -> None:
    """Start again when another edition is published."""
    if _pointed_at() != shown:
        st.rerun()


def _greet(edition: Edition, language: Language) -> None:
    """Say which edition this is, and when another one takes its place."""
    previous = st.session_state.get("_edition")
    if previous not in (None, edition.edition_id):
        st.toast(say(language, "new_edition"))
    st.session_state["_edition"] = edition.edition_id
    st.html(edition_line(edition, day(edition.published_at, language), language))


def _no_edition(language: Language) -> None:
    st.title(say(language, "no_edition_title"), anchor=False)
    st.write(say(language, "no_edition"))
    st.code("make build\n.venv/bin/cvg publish", language=None)
    st.write(say(language, "no_edition_then"))


def _sidebar(pages: dict[str, StreamlitPage], query: Query, language: Language) -> None:
    """The pages, each linked with the filters, and the language."""
    with st.sidebar:
        filters.choose_language(language)
        group = ""
        for page in PAGES:
            if page.group != group:
                st.caption(say(language, page.group))
                group = page.group
            st.page_link(pages[page.path], query_params=query)


def _about(choice: Choice, edition: Edition, language: Language) -> list[str]:
    """What to know about the chosen place and population."""
    notices = []
    place = edition.geographies[choice.place]
    if place.launch_year and choice.year < place.launch_year:
        name = place_name(edition, choice.place, language)
        notices.append(say(language, "not_yet_there", name, choice.year, place.launch_year))
    if edition.audience == "public" and choice.population != EVERYBODY:
        notices.append(say(language, "population_not_published"))
    return notices


main()
