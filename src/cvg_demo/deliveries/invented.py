"""Invented people: the identifiers that a worksite's own files would hold.

They cannot be taken for real ones: names that begin with FICTIF, social security numbers of a sex
that does not exist, telephone numbers that the regulator keeps for fiction, mail addresses of a
domain that cannot be.
"""

from itertools import count

from cvg_demo.exports import Row
from cvg_warehouse.contracts.exports import contract_of

SYLLABLES = ("ba", "do", "ki", "lu", "me", "no", "pa", "ri", "su", "ta", "ve", "zo")
FICTION_NUMBERS = "06 39 98"


class InventedPeople:
    """Identifiers that a worksite would use, in place of the demo's, and what belongs to them."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._next = {kind: count(1) for kind in ("id_salarie", "id_parcours")}

    def as_delivered(self, export: str, row: Row) -> Row:
        """The row with the worksite's own identifiers."""
        delivered = {
            field.name: row.get(field.name, "")
            for field in contract_of(export).fields
            if field.treatment in ("kept", "pseudonym")
        }
        if delivered.get("id_parcours"):
            delivered["id_parcours"] = f"P{self._number('id_parcours', row['id_parcours']):06}"
        if export == "salaries":
            number = self._number("id_salarie", row["id_salarie"])
            delivered |= {"id_salarie": f"S{number:06}", **identity_of(number)}
            delivered["date_naissance"] = _birthday(number, row["annee_naissance"])
        return delivered

    def _number(self, kind: str, identifier: str) -> int:
        if (kind, identifier) not in self._numbers:
            self._numbers[kind, identifier] = next(self._next[kind])
        return self._numbers[kind, identifier]


def identity_of(number: int) -> Row:
    """The direct identifiers of the invented person of that number."""
    return {
        "nom": f"FICTIF-{_word(number).upper()}",
        "prenom": f"Prénom-{_word(number * 7 + 3).capitalize()}",
        "nir": f"9{number:012}{97 - number % 97:02}",
        "telephone": f"{FICTION_NUMBERS} {number // 100 % 100:02} {number % 100:02}",
        "courriel": f"fictif.{number}@exemple.invalid",
        "adresse": f"{number} rue de l'Exemple, 00000 Nulle-Part",
    }


def _word(number: int) -> str:
    """A word of syllables, another one for each number."""
    word = SYLLABLES[number % len(SYLLABLES)]
    while number := number // len(SYLLABLES):
        word = SYLLABLES[number % len(SYLLABLES)] + word
    return "fi" + word


def _birthday(number: int, year: str) -> str:
    """A day of the year of birth, the same for a person whatever the year."""
    return f"{int(year):04}-{number % 12 + 1:02}-{number % 28 + 1:02}" if year else ""
