"""The pages of the viewer as TOML: what is not understood is refused, saying where."""

import pytest
from dashboards.pages import PAGES, Page, read_pages

from cvg_warehouse.reading.blocks import Block
from cvg_warehouse.reading.data import Measure

SHARED = """
[shared.women]
measures = ["public.women"]
years = "all"
"""


def page(*blocks: str, key: str = "exits", path: str = "sorties", more: str = "") -> str:
    lines = [f'key = "{key}"', f'path = "{path}"', more, f"blocks = [{', '.join(blocks)}]"]
    return "\n".join(["[[page]]", *lines, ""])


def test_a_page_has_its_own_blocks_and_shared_ones() -> None:
    own = '{key = "other", measures = ["exits.other:retraite"], populations = ["direct"]}'
    (read,) = read_pages(SHARED + page('"women"', own))
    women = Block("women", (Measure("public.women", "%"),), years="all")
    other = Block("other", (Measure("exits.other", "retraite"),), populations=("direct",))
    assert read == Page("exits", "sorties", "", (women, other))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (page(more='colour = "red"'), "page 'exits': unknown key colour; known are key, path,"),
        ('[[page]]\nkey = "exits"', "page 'exits': no path"),
        (
            page('{key = "a", measures = ["x.y"], year = "all"}'),
            "page 'exits', block 'a': unknown key year; known are key, measures,",
        ),
        (page('{key = "a"}'), "page 'exits', block 'a': no measures"),
        (page('{measures = ["x.y"]}'), "page 'exits', block None: no key"),
        (
            page('{key = "a", measures = ["x.y"], shape = "pie"}'),
            "page 'exits', block 'a': shape 'pie' is none of lines, bars, stacked,",
        ),
        (
            page('{key = "a", measures = ["x.y"], years = "some"}'),
            "page 'exits', block 'a': years 'some' is none of one, all",
        ),
        (page('"women"'), r"page 'exits': no block 'women' under \[shared\]"),
        (SHARED + page('"women"', '"women"'), "page 'exits': block 'women' is there 2 times"),
        (page() + page(path="other"), "pages: key 'exits' is there 2 times"),
        (page() + page(key="other"), "pages: path 'sorties' is there 2 times"),
        ("[other]", "pages: unknown key other"),
    ],
)
def test_what_is_not_understood_is_refused(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        read_pages(text)


def test_the_first_page_is_at_the_address_of_the_app() -> None:
    assert PAGES[0].path == ""
