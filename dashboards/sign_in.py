"""The sign-in of the internal edition, as people see it."""

import streamlit as st

from cvg_warehouse.reading.data import Edition
from cvg_warehouse.reading.texts import Language, place_name, say
from dashboards.access import Access

WITHOUT_SIGN_IN = ("own_machine", "not_own_machine")


def banner(who: Access, language: Language) -> None:
    """Say on each page that this is the internal edition without a sign-in, or why it is not."""
    if who.state in WITHOUT_SIGN_IN:
        st.warning(say(language, who.state))


def sign_in(who: Access, edition: Edition | None, language: Language) -> None:
    """The button to sign in or out, and what somebody signed in reads, or why no more than anybody.

    Draws nothing where sign-in is not configured, or not needed.
    """
    if who.state in ("closed", *WITHOUT_SIGN_IN):
        return
    if who.state not in ("signed_out", "listed"):
        st.warning(say(language, "sign_in_" + who.state))
    if who.state in ("signed_out", "too_old"):
        st.button(say(language, "sign_in"), on_click=st.login)
        return
    # Addresses and names are data: never Markdown.
    st.text(st.user.get("email") or st.user.get("name") or "")
    if who.everything:
        st.text(say(language, "sign_in_everything"))
    elif who.territories and edition:
        places = [place for place in edition.territories if place in who.territories]
        names = ", ".join(place_name(edition, place, language) for place in places)
        st.text(say(language, "sign_in_territories", names))
    st.button(say(language, "sign_out"), on_click=st.logout)
