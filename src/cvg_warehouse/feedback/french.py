"""How texts are written for French readers."""

import re

from cvg_warehouse.formulas import disarmed

NO_BREAK_SPACE = "\u00a0"
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def typeset(text: str) -> str:
    """A sentence with the no-break spaces of French quotes and signs."""
    text = text.replace("« ", f"«{NO_BREAK_SPACE}")
    return re.sub(r" (?=[»:;?!])", NO_BREAK_SPACE, text)


def plural(count: int, singular: str, several: str) -> str:
    """The noun that a count asks for: 0 and 1 are singular in French."""
    return singular if count < 2 else several


def plain(text: str) -> str:
    """A text of the worksite's own (name of a file, sheet or column) that no program executes."""
    return disarmed(UNPRINTABLE.sub(" ", text))
