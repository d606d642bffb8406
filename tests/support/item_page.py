"""An app that shows the page of an item of the Bilan and nothing else.

A test puts the edition and the item's number into the session. Run by Streamlit's `AppTest`.
"""

import streamlit as st
from dashboards import views
from dashboards.pages import PAGES
from dashboards.view import View

from cvg_warehouse.reading.blocks import Choice
from cvg_warehouse.reading.data import EVERYBODY, WHOLE, Edition

edition: Edition = st.session_state["edition"]
choice = Choice(edition.last_year, WHOLE, EVERYBODY)
page = next(page for page in PAGES if page.key == "report")
views.show(page, View(edition, choice, "fr", "http://localhost"))
