"""Texts that a spreadsheet would execute when it opens a file, and how they are kept from it."""

import re

FORMULA = r"(?:\s*[=+@-]|[\t\r\n])"
"""How such a text begins, as a regular expression of Python and of pandas."""
_FORMULA = re.compile(FORMULA)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula."""
    return _FORMULA.match(text) is not None


def disarmed(text: str) -> str:
    """The text, after an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if is_formula(text) else text
