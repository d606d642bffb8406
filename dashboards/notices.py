"""Notices above a page. They name what an address asked for, so they are never Markdown."""

import streamlit as st

from cvg_warehouse.reading.tables import notice
from cvg_warehouse.reading.texts import Language, say

# Enough to recognise a value; an address may hold thousands of characters.
MOST_CHARACTERS = 40


def warn(text: str) -> None:
    """Show a notice, its text as it is."""
    st.html(notice(text))


def unknown_value(value: str, title: str, shown: str, language: Language) -> str:
    """That the address asks for a value which `title` does not have, and what is shown instead."""
    return say(language, "unknown_value", shortened(value), title, shown)


def shortened(value: str) -> str:
    """The beginning of a value of the address."""
    return value if len(value) <= MOST_CHARACTERS else value[: MOST_CHARACTERS - 1] + "…"
