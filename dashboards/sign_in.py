"""The sign-in of the internal edition, as people see it."""

import streamlit as st
from dashboards.access import Access
from dashboards.texts import Language, say


def sign_in(who: Access, language: Language) -> None:
    """The button to sign in or out, and why somebody signed in reads the public edition only.

    Draws nothing where sign-in is not configured.
    """
    if who.state == "closed":
        return
    if who.state not in ("signed_out", "listed"):
        st.warning(say(language, "sign_in_" + who.state))
    if who.state in ("signed_out", "too_old"):
        st.button(say(language, "sign_in"), on_click=st.login)
        return
    # An address is data: never Markdown.
    st.text(st.user.get("email") or st.user.get("name") or "")
    st.button(say(language, "sign_out"), on_click=st.logout)
