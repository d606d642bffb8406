"""The contracts as a delivery is read by them: names, synonyms, types and closed lists.

Everything that a worksite may write is declared: headers and names of sheets in
`contracts/synonyms.csv`, other spellings of values in `contracts/values.csv`, labels in the
reference seeds.
"""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.contracts.text import folded, name_of, words
from cvg_warehouse.paths import CONTRACTS, REFERENCE_SEEDS

SYNONYMS = CONTRACTS / "synonyms.csv"
VALUES = CONTRACTS / "values.csv"
AUXILIARY = "-"
"""In the place of an export in the synonyms: sheets that are no export and may be hidden."""

# Columns of a reference seed that a worksite may write, besides the one that is stored.
LABELS = {
    "territories": ["name"],
    "worksites": ["label_fr"],
    "exit_reasons": ["label_fr"],
    "referrers": ["label_fr"],
}
PSEUDONYMS = {"id_salarie": "pseudonyme_salarie", "id_parcours": "pseudonyme_parcours"}
"""Headers under which identifiers come back from the quarantine, as pseudonyms already."""
ORIGIN = ("fichier_source", "feuille_source", "ligne_source")
"""Headers under which a row comes back from the quarantine with the place that it came from."""
COMING_BACK = (*PSEUDONYMS.values(), *ORIGIN, "annee_naissance", "version_cle", "raison", "colonne")


@dataclass(frozen=True)
class Field:
    """A column of a delivery."""

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
    spellings: dict[str, str] | None
    """Stored value by folded spelling, where the list of values is closed."""

    @property
    def is_free(self) -> bool:
        """Whether anything may stand in it, and so perhaps a person's name."""
        return self.type == "string" and self.spellings is None and self.treatment == "kept"

    @property
    def allowed(self) -> list[str]:
        """The stored values of a closed list, each once and in order."""
        return list(dict.fromkeys((self.spellings or {}).values()))


@dataclass(frozen=True)
class Contract:
    """The contract of one export."""

    export: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    headers: dict[str, str]
    """Column by each name that its header may have."""

    def __getitem__(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)

    @property
    def kept(self) -> tuple[Field, ...]:
        """Fields that reach the export, in order."""
        return tuple(field for field in self.fields if field.treatment != "dropped")

    @property
    def required(self) -> list[str]:
        """Names of the required columns."""
        return [field.name for field in self.fields if field.required]


@cache
def contract_of(export: str) -> Contract:
    """The contract of an export, with the synonyms and the labels that are declared."""
    described = json.loads((CONTRACTS / f"{export}.json").read_text(encoding="utf-8"))
    lists = dict(_closed_lists(export, described))
    fields = tuple(_field(field, lists.get(field["name"])) for field in described["fields"])
    headers = {name_of(field.name): field.name for field in fields}
    for row in _rows(SYNONYMS):
        if row["column"] and row["export"] in (export, "*") and _has(fields, row["column"]):
            other = headers.setdefault(name_of(row["synonym"]), row["column"])
            if other != row["column"]:
                raise ValueError(f"{SYNONYMS.name}: {row['synonym']} stands for two columns")
    return Contract(export, fields, tuple(described["primaryKey"]), headers)


@cache
def export_names() -> dict[tuple[str, ...], str]:
    """The export, or `AUXILIARY`, by the words that a file's or a sheet's name may hold."""
    names = {words(export): export for export in EXPORTS}
    names |= {words(row["synonym"]): row["export"] for row in _rows(SYNONYMS) if not row["column"]}
    return names


@cache
def reference(seed: str) -> list[dict[str, str]]:
    """The rows of a reference seed."""
    return list(_rows(REFERENCE_SEEDS / f"{seed}.csv"))


@cache
def territory_of_worksite() -> dict[str, str]:
    """Territory by worksite."""
    return {row["worksite_id"]: row["territory_id"] for row in reference("worksites")}


@cache
def contract_hash() -> str:
    """A hash of all that decides how a delivery is read."""
    digest = hashlib.sha256()
    folders = sorted(CONTRACTS.iterdir()), sorted(REFERENCE_SEEDS.glob("*.csv"))
    for file in (*folders[0], *folders[1]):
        if file.suffix in (".json", ".csv"):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _field(described: dict, spellings: dict[str, str] | None) -> Field:
    constraints = described.get("constraints", {})
    return Field(
        name=described["name"],
        type=described["type"],
        required=constraints.get("required", False),
        minimum=constraints.get("minimum"),
        maximum=constraints.get("maximum"),
        treatment=described.get("consolidated", "kept"),
        stored_as=described.get("consolidatedName", described["name"]),
        delimiter=described.get("delimiter", ""),
        spellings=spellings,
    )


def _closed_lists(export: str, described: dict) -> Iterator[tuple[str, dict[str, str]]]:
    """Spellings of each column with a closed list: its own values, their labels and synonyms."""
    seeds = dict(_seeds_of(described["foreignKeys"]))
    for field in described["fields"]:
        name = field["name"]
        spellings: dict[str, str] | None = None
        if field["type"] == "boolean":
            spellings = _spelt(field["trueValues"] + field["falseValues"])
        elif "enum" in field.get("constraints", {}):
            spellings = _spelt(field["constraints"]["enum"])
        elif name in seeds:
            spellings = _spelt_by_seed(*seeds[name])
        if spellings is not None:
            for row in _rows(VALUES):
                if row["export"] in (export, "*") and row["column"] in (name, field["type"]):
                    spellings.setdefault(folded(row["synonym"]), row["value"])
            yield name, spellings


def _seeds_of(foreign_keys: list[dict]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Seed and its column by the column that refers to it, the last one of a pair."""
    for key in foreign_keys:
        names, refers = key["fields"], key["reference"]
        if refers["resource"] not in EXPORTS:
            pair = isinstance(names, list)
            column = names[-1] if pair else names
            yield column, (refers["resource"], refers["fields"][-1] if pair else refers["fields"])


def _spelt(values: list[str]) -> dict[str, str]:
    spellings = {folded(value): value for value in values}
    if len(spellings) != len(set(values)):
        raise ValueError("two values of a closed list differ only in accents or case")
    return spellings


def _spelt_by_seed(seed: str, column: str) -> dict[str, str]:
    rows = reference(seed)
    spellings = _spelt(list(dict.fromkeys(row[column] for row in rows)))
    for label in LABELS.get(seed, []):
        for row in rows:
            spellings.setdefault(folded(row[label]), row[column])
    return spellings


def _has(fields: tuple[Field, ...], name: str) -> bool:
    return any(field.name == name for field in fields)


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)
