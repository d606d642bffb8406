"""The contracts of the exports, in the consolidated form that the warehouse reads."""

import json
from dataclasses import dataclass

from cvg_warehouse.paths import CONTRACTS

EXPORTS = ("salaries", "sorties", "actions", "ateliers", "suivi_post_sortie")
LINEAGE = ("fichier_source", "feuille_source", "ligne_source")


@dataclass(frozen=True)
class Column:
    """A column of a consolidated export."""

    name: str
    required: bool


def consolidated_columns(export: str) -> list[Column]:
    """Columns of a consolidated export, in order.

    Direct identifiers are dropped, the date of birth is the year only, and three columns say where
    the row came from.
    """
    contract = json.loads((CONTRACTS / f"{export}.json").read_text(encoding="utf-8"))
    delivered = [
        Column(
            field.get("consolidatedName", field["name"]),
            field.get("constraints", {}).get("required", False),
        )
        for field in contract["fields"]
        if field.get("consolidated") != "dropped"
    ]
    return delivered + [Column(name, required=False) for name in LINEAGE]
