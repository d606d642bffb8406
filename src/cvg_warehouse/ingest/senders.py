"""Who sends a file, and whose numbers stand in it.

A worksite numbers its people, pathways and actions itself: the same number at two worksites is two
people. A *number space* is what such numbers are unique in: a worksite, or the worksites that
`contracts/number_spaces.csv` declares to share one numbering.
"""

from functools import cache

from cvg_warehouse.contracts.seeds import table, territory_of_worksite, today
from cvg_warehouse.contracts.text import words_of
from cvg_warehouse.paths import CONTRACTS

NUMBER_SPACES = CONTRACTS / "number_spaces.csv"


@cache
def sender_in(path: str) -> str:
    """The worksite, or else the territory, whose code stands in a file's name or a folder's.

    The name nearest to the file decides; '' where none has exactly one code.
    """
    for codes in (tuple(territory_of_worksite()), territories()):
        for part in reversed(path.split("/")):
            name = spaced(part.rsplit(".", 1)[0])
            named = [code for code in codes if spaced(code) in name]
            if len(named) == 1:
                return named[0]
    return ""


def worksite_in(path: str) -> str:
    """The worksite that a path names, or ''."""
    sender = sender_in(path)
    return sender if sender in territory_of_worksite() else ""


@cache
def territories() -> tuple[str, ...]:
    """Codes of the territories."""
    return tuple(today("territories", "territory_id"))


@cache
def shared_spaces() -> dict[str, str]:
    """The number space of each worksite that shares one."""
    return {row["worksite"]: row["space"] for row in table(NUMBER_SPACES)}


def spaced(text: str) -> str:
    """The words of a text, folded, each between spaces: so that a code is found as a whole."""
    return " ".join(("", *words_of(text), ""))
