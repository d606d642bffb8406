"""The five consolidated exports: their columns, and where a row says that it came from.

The columns are the demo's own list, so that a contract may change without the shipped exports. A
test holds it against the contracts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache

from cvg_demo.calibration import reference_list

Row = dict[str, str]
"""A row of an export by column; every value is text."""

YES, NO, UNKNOWN = "oui", "non", ""
TEAM = "equipe-"
"""Before the territory, in the name of what its partnership officers send."""
SOURCE_FILE, SOURCE_SHEET, SOURCE_LINE = "fichier_source", "feuille_source", "ligne_source"


@cache
def columns() -> dict[str, list[str]]:
    """Columns by export, both in their order."""
    found: dict[str, list[str]] = {}
    for row in reference_list("columns"):
        found.setdefault(row["export"], []).append(row["column"])
    return found


def filed(
    export: str, rows: Iterable[Row], order: Iterable[str], sender: Callable[[Row], str]
) -> list[Row]:
    """The rows in the order of some columns, with their line in the file of their sender and year.

    The rows have the columns of the export; what they do not say is unknown.
    """
    last_lines: defaultdict[str, int] = defaultdict(lambda: 1)
    keys = list(order)
    result = []
    for row in sorted(rows, key=lambda row: [row[key] for key in keys]):
        file = f"demo/{row['annee']}/{sender(row)}.xlsx"
        last_lines[file] += 1
        source = {
            SOURCE_FILE: file,
            SOURCE_SHEET: export,
            SOURCE_LINE: str(last_lines[file]),
        }
        result.append({name: (row | source).get(name, UNKNOWN) for name in columns()[export]})
    return result
