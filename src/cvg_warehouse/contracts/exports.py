"""The contracts of the exports: what worksites deliver, and what of it the warehouse reads.

Each column is described once, in `contracts/<export>.json`. Everything else that a worksite may
write is declared beside it: headers and names of sheets in `contracts/synonyms.csv`, other
spellings of values in `contracts/values.csv`, labels in the reference seeds.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from cvg_warehouse.contracts.seeds import LABELS, SYNONYMS, VALUES, reference, table
from cvg_warehouse.contracts.text import folded, header_key, words_of
from cvg_warehouse.paths import CONTRACTS, REFERENCE_SEEDS

EXPORTS = ("salaries", "sorties", "actions", "ateliers", "suivi_post_sortie")
LINEAGE = ("fichier_source", "feuille_source", "ligne_source")
"""Columns of a consolidated export that say where a row came from."""
AUXILIARY = "-"
"""In the place of an export in the synonyms: sheets that are no export and may be hidden."""
ANY = "*"
"""In the place of an export in the synonyms: all of them."""


@dataclass(frozen=True)
class Field:
    """A column of a delivery."""

    export: str
    name: str
    type: str
    """`string`, `integer`, `date` or `boolean`."""
    required: bool
    minimum: int | None
    maximum: int | None
    treatment: str
    """`kept`, `dropped`, `pseudonym` or `year`."""
    stored_as: str
    """Its name in the consolidated export."""
    delimiter: str
    """Sign between the values of a list, or ''."""
    values: tuple[str, ...] | None
    """The values that the contract itself lists."""
    refers_to: tuple[str, str] | None
    """Seed and column that list its values."""
    description_fr: str
    is_number_space: bool = False
    """Whether it is read to say whose number a pathway's is, and not kept."""

    @cached_property
    def spellings(self) -> dict[str, str] | None:
        """Stored value by folded spelling, where the list of values is closed; else None.

        Raises ValueError where one spelling stands for two values.
        """
        if self.values is not None:
            spellings = _spelt(self.values)
        elif self.refers_to is not None:
            spellings = _spelt_by_seed(*self.refers_to)
        else:
            return None
        for row in table(VALUES):
            if row["export"] in (self.export, ANY) and row["column"] in (self.name, self.type):
                spellings.setdefault(folded(row["synonym"]), row["value"])
        return spellings

    @property
    def allowed(self) -> list[str]:
        """The stored values of a closed list, each once and in order."""
        return list(dict.fromkeys((self.spellings or {}).values()))

    @property
    def is_read(self) -> bool:
        """Whether its values are read, kept or not."""
        return self.treatment != "dropped" or self.is_number_space

    @property
    def is_free(self) -> bool:
        """Whether anything may stand in it, and so perhaps a person's name."""
        return self.type == "string" and self.spellings is None and self.treatment == "kept"


@dataclass(frozen=True)
class Column:
    """A column of a consolidated export."""

    name: str
    required: bool


@dataclass(frozen=True)
class Contract:
    """The contract of one export."""

    export: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    """Names of the columns that identify a row."""
    description_fr: str

    def __getitem__(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)

    @cached_property
    def headers(self) -> dict[str, str]:
        """Column by each header that it may have, as `header_key` writes headers.

        Raises ValueError where a header stands for two columns.
        """
        names = [field.name for field in self.fields]
        headers = {header_key(name): name for name in names}
        for row in table(SYNONYMS):
            if row["column"] in names and row["export"] in (self.export, ANY):
                other = headers.setdefault(header_key(row["synonym"]), row["column"])
                if other != row["column"]:
                    raise ValueError(f"{SYNONYMS.name}: {row['synonym']} stands for two columns")
        return headers

    @property
    def kept(self) -> tuple[Field, ...]:
        """Fields that reach the export, in order."""
        return tuple(field for field in self.fields if field.treatment != "dropped")

    @property
    def read(self) -> tuple[Field, ...]:
        """Fields whose values are read and checked, in order."""
        return tuple(field for field in self.fields if field.is_read)

    @property
    def required(self) -> list[str]:
        """Names of the required columns."""
        return [field.name for field in self.fields if field.required]

    @property
    def consolidated(self) -> list[Column]:
        """Columns of the consolidated export, in order.

        Direct identifiers are dropped, the date of birth is the year only, and three columns say
        where the row came from.
        """
        delivered = [Column(field.stored_as, field.required) for field in self.kept]
        return delivered + [Column(name, required=False) for name in LINEAGE]


@cache
def contract_of(export: str) -> Contract:
    """The contract of an export."""
    described = json.loads((CONTRACTS / f"{export}.json").read_text(encoding="utf-8"))
    references = dict(_references(described["foreignKeys"]))
    fields = tuple(
        _field(export, field, references.get(field["name"])) for field in described["fields"]
    )
    return Contract(export, fields, tuple(described["primaryKey"]), described["descriptionFr"])


def consolidated_columns(export: str) -> list[Column]:
    """Columns of a consolidated export, in order."""
    return contract_of(export).consolidated


@cache
def export_names() -> dict[tuple[str, ...], str]:
    """The export, or `AUXILIARY`, by the words that a file's or a sheet's name may hold."""
    names = {words_of(export): export for export in EXPORTS}
    for row in table(SYNONYMS):
        if not row["column"]:
            names[words_of(row["synonym"])] = row["export"]
    return names


@cache
def declared_headers() -> frozenset[str]:
    """Every header that stands in a contract or its synonyms, or is declared as one not to keep."""
    headers = {header for export in EXPORTS for header in contract_of(export).headers}
    ordinary = (row["synonym"] for row in table(SYNONYMS) if row["column"] == AUXILIARY)
    return frozenset(headers | {header_key(header) for header in ordinary})


@cache
def contract_hash() -> str:
    """A hash of all that decides how a delivery is read."""
    digest = hashlib.sha256()
    for file in (*sorted(CONTRACTS.iterdir()), *sorted(REFERENCE_SEEDS.glob("*.csv"))):
        if file.suffix in (".json", ".csv"):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _field(export: str, described: dict[str, Any], refers_to: tuple[str, str] | None) -> Field:
    constraints = described.get("constraints", {})
    values = constraints.get("enum")
    if described["type"] == "boolean":
        values = described["trueValues"] + described["falseValues"]
    return Field(
        export=export,
        name=described["name"],
        type=described["type"],
        required=constraints.get("required", False),
        minimum=constraints.get("minimum"),
        maximum=constraints.get("maximum"),
        treatment=described.get("consolidated", "kept"),
        stored_as=described.get("consolidatedName", described["name"]),
        delimiter=described.get("delimiter", ""),
        values=None if values is None else tuple(values),
        refers_to=refers_to,
        description_fr=described["descriptionFr"],
        is_number_space=described.get("numberSpace", False),
    )


def _references(foreign_keys: list[dict[str, Any]]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Seed and its column by the column that refers to it, the last one of a pair."""
    for key in foreign_keys:
        names, refers = key["fields"], key["reference"]
        seed, column = refers["resource"], refers["fields"]
        if isinstance(names, list):
            names, column = names[-1], column[-1]
        if seed not in EXPORTS:
            yield names, (seed, column)


def _spelt(values: Iterable[str]) -> dict[str, str]:
    distinct = dict.fromkeys(values)
    spellings = {folded(value): value for value in distinct}
    if len(spellings) != len(distinct):
        raise ValueError("two values of a closed list differ only in accents or case")
    return spellings


def _spelt_by_seed(seed: str, column: str) -> dict[str, str]:
    rows = reference(seed)
    spellings = _spelt(row[column] for row in rows)
    for label in LABELS.get(seed, []):
        for row in rows:
            spellings.setdefault(folded(row[label]), row[column])
    return spellings
