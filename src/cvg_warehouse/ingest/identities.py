"""Whose a row is: number spaces, stored identifiers, and what is known of people across runs.

The rows of this run and those of earlier ones are treated alike: both hold local identifiers
(`_local_<column>`) and the number space that they are unique in.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from cvg_warehouse.contracts.exports import contract_of
from cvg_warehouse.ingest.findings import LikelyDuplicate
from cvg_warehouse.ingest.pseudonyms import pseudonym
from cvg_warehouse.ingest.senders import shared_spaces

FILE, SHEET, ORDER, ROW = "_file", "_sheet", "_order", "_row"
SENDER, SPACE, DELIVERY = "_sender", "_space", "_delivery"
LOCAL = "_local_"
KEYS_OF_TEAMS = ("id_action", "id_atelier")
"""Identifiers that a team, or a worksite for itself, gives to its own work."""
PEOPLE = ("id_salarie", "chantier", "identite", "noms")
"""What is remembered of people: keyed hashes of name, first name and birth date together, and of
their names (a list with spaces between); rows without `id_salarie` hold names alone."""


@dataclass(frozen=True)
class Sent:
    """What is known of the delivery that a file is."""

    delivery: str
    """Its id in the manifest."""
    order: str
    """Greater for a later one."""
    worksite: str = ""
    """The worksite that its name or a folder's names: the sender, or ''."""
    numbers_of: str = ""
    """The worksite whose numbers stand in rows that name none, or ''."""


def identifiers_of(export: str) -> list[str]:
    """Columns of an export whose values are somebody's own numbers."""
    return [
        field.name
        for field in contract_of(export).kept
        if field.treatment == "pseudonym" or field.name in KEYS_OF_TEAMS
    ]


def numbers_of_worksites(export: str) -> list[str]:
    """Those of them that a worksite gives to its people and their pathways."""
    return [name for name in identifiers_of(export) if name not in KEYS_OF_TEAMS]


def with_sender(rows: pl.DataFrame, sent: dict[str, Sent]) -> pl.DataFrame:
    """The rows with `_delivery`, `_order`, `_sender` and `_space`.

    `sent` has what is known of a delivery by its id, and of earlier ones by the path of their file
    too. A row that comes back from the quarantine is of the delivery that it came from; its own
    file only brings it. The sender is the worksite that the file names, or else the worksite (of
    an action or a session the team) that the row names.
    """
    ways = ("_livraison", "_fichier_source")
    came_from = [pl.when(pl.col(way).is_in(list(sent))).then(pl.col(way)) for way in ways]
    rows = rows.with_columns(pl.coalesce(*came_from, DELIVERY).alias("_origin"))

    def told(what: str) -> pl.Expr:
        values = {delivery: getattr(one, what) for delivery, one in sent.items()}
        return pl.col("_origin").replace_strict(values, default="", return_dtype=pl.String)

    worksite = pl.col("chantier") if "chantier" in rows.columns else pl.lit("")
    numbers_of = pl.when(worksite != "").then(worksite).otherwise(told("numbers_of"))
    team = [name for name in KEYS_OF_TEAMS if name in rows.columns]
    speaks = pl.col("territoire") if team else numbers_of
    return rows.with_columns(
        told("order").alias(ORDER),
        pl.when(told("worksite") != "").then(told("worksite")).otherwise(speaks).alias(SENDER),
        numbers_of.replace(shared_spaces()).alias(SPACE),
        told("delivery").alias(DELIVERY),
    ).drop("_origin")


def with_stored_identifiers(export: str, rows: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """The rows with each identifier as it is stored, made of its local one.

    A number of a worksite becomes a pseudonym, '' where nobody knows whose number it is; a team's
    number is written behind the team's code, or the worksite's where that sent it.
    """
    columns = []
    for name in identifiers_of(export):
        if name in KEYS_OF_TEAMS:
            stored = pl.when(pl.col(LOCAL + name) != "").then(
                pl.concat_str(SENDER, LOCAL + name, separator="/")
            )
            columns.append(rows.select(stored.otherwise(pl.lit("")).alias(name)).to_series())
            continue
        asked = pl.DataFrame({"space": rows[SPACE], "local": rows[LOCAL + name]})
        pairs = asked.unique()
        made = [
            pseudonym(key, name, space, one) if space and one else ""
            for space, one in pairs.iter_rows()
        ]
        pairs = pairs.with_columns(pl.Series(name, made, dtype=pl.String))
        stored_by_pair = asked.join(pairs, on=["space", "local"], how="left", maintain_order="left")
        columns.append(stored_by_pair[name])
    return rows.with_columns(columns)


def nobodys(export: str, rows: pl.DataFrame) -> Iterable[tuple[int, str]]:
    """Rows (`_row`) and columns with a worksite's number while nobody knows which worksite's."""
    for name in numbers_of_worksites(export):
        lost = rows.filter((pl.col(LOCAL + name) != "") & (pl.col(SPACE) == ""))
        yield from ((row, name) for row in lost[ROW])


def people_of(
    rows: pl.DataFrame, identity: str, names: str, other_names: Iterable[str]
) -> pl.DataFrame:
    """What rows of salaries say of people, and names whose person is not told (see `PEOPLE`)."""
    told = (pl.col("id_salarie") != "") & ((pl.col(identity) != "") | (pl.col(names) != ""))
    people = rows.filter(told).select(
        "id_salarie", "chantier", pl.col(identity).alias("identite"), pl.col(names).alias("noms")
    )
    rest = set(other_names) - set(
        people["noms"].unique().str.split(" ").explode().unique().drop_nulls()
    )
    without = pl.DataFrame({"noms": sorted(rest)}, schema={"noms": pl.String})
    without = without.with_columns(pl.lit("").alias(name) for name in PEOPLE[:-1])
    return pl.concat([people, without.select(PEOPLE)]).unique(maintain_order=True)


def remembered(known: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """What is known of people after a run: of those delivered in it what it said, and all names."""
    is_met = pl.col("id_salarie").is_in(new["id_salarie"].unique().to_list())
    earlier = known.with_columns(
        pl.when(is_met).then(pl.lit("")).otherwise("identite").alias("identite")
    )
    return (
        pl.concat([earlier.filter((pl.col("identite") != "") | (pl.col("noms") != "")), new])
        .unique()
        .sort(pl.all())
    )


def likely_duplicates(
    known: pl.DataFrame, new: pl.DataFrame, after: pl.DataFrame
) -> list[LikelyDuplicate]:
    """Identifiers that seem to be one person, and identifiers that seem to be two; none is merged.

    One identifier is looked at as this run and the ones before knew it, one person as `after` the
    run it is known (see `remembered`).
    """
    found = []
    for reason, one, many, rows in (
        ("same_identity", "identite", "id_salarie", after),
        ("same_identifier", "id_salarie", "identite", _met_again(known, new)),
    ):
        shared = rows.filter(pl.col("identite") != "").filter(pl.col(many).n_unique().over(one) > 1)
        for _, group in shared.group_by(one, maintain_order=True):
            people = tuple(sorted(set(group["id_salarie"])))
            found.append(LikelyDuplicate(reason, people, tuple(sorted(set(group["chantier"])))))
    return sorted(found, key=lambda duplicate: (duplicate.reason, duplicate.people))


def _met_again(known: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    again = known.join(new.select("id_salarie").unique(), on="id_salarie", how="semi")
    return pl.concat([again, new]).unique()
