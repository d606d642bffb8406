"""Taking back what was taken in: a delivery, a worksite's year, or a person.

The rows leave the history, and with it the exports; what an earlier delivery said of the same keys
counts again, and rows that refer to what is gone go into quarantine. The manifest says what was
withdrawn and when, and what was withdrawn does not come back by itself.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import polars as pl

from cvg_warehouse.contracts.dialogue import FORM
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.contracts.seeds import territory_of_worksite
from cvg_warehouse.ingest.combining import Before, combine
from cvg_warehouse.ingest.forms import latest
from cvg_warehouse.ingest.identities import DELIVERY, LOCAL, SENDER
from cvg_warehouse.ingest.links import one_for_each
from cvg_warehouse.ingest.pseudonyms import PSEUDONYM, tombstone
from cvg_warehouse.ingest.quarantine import Quarantine
from cvg_warehouse.ingest.store import Store, names_of
from cvg_warehouse.terminal import Refusal

NUMBER = ("id_parcours", LOCAL + "id_parcours")


@dataclass
class Withdrawn:
    """What a withdrawal did, or would do."""

    removed: dict[str, int] = field(default_factory=dict)
    """Rows that leave each export's history, with those that later deliveries had replaced."""
    rows: dict[str, int] = field(default_factory=dict)
    """Rows of each export afterwards."""
    waiting: dict[str, int] = field(default_factory=dict)
    """Rows of each export that go into quarantine, because what they refer to is gone."""
    in_quarantine: int = 0
    """Rows that leave the quarantine."""
    unlinked: int = 0
    """Actions that no longer say whose pathway they were for."""


class What(Protocol):
    """What is to be withdrawn."""

    def goes(self, export: str, rows: pl.DataFrame) -> pl.Series:
        """Which rows of an export it is; they have stored identifiers, `_delivery`, `_sender`."""
        ...

    def entry(self) -> dict[str, Any]:
        """What the manifest says of it."""
        ...


@dataclass(frozen=True)
class Delivery:
    """A file that was taken in."""

    delivery: str
    sha256: str
    path: str

    def goes(self, export: str, rows: pl.DataFrame) -> pl.Series:
        """The rows that it brought, and those of it that came back corrected."""
        return rows[DELIVERY] == self.delivery

    def entry(self) -> dict[str, Any]:
        """The file's id and hash: the same bytes are refused from now on."""
        return {"kind": "delivery", "delivery": self.delivery, "sha256": self.sha256}


@dataclass(frozen=True)
class WorksiteYear:
    """All that a worksite delivered for a year."""

    worksite: str
    year: int

    def goes(self, export: str, rows: pl.DataFrame) -> pl.Series:
        """The rows of its people, and those that it sent itself."""
        is_its = rows[SENDER] == self.worksite
        if export in ("salaries", "sorties"):
            is_its |= rows["chantier"] == self.worksite
        return is_its & (rows["annee"] == str(self.year))

    def entry(self) -> dict[str, Any]:
        """Its code and the year."""
        return {"kind": "worksite_year", "worksite": self.worksite, "year": self.year}


@dataclass(frozen=True)
class Person:
    """A person, under all identifiers that are linked; every trace goes but a tombstone."""

    people: frozenset[str]
    pathways: frozenset[str]

    def goes(self, export: str, rows: pl.DataFrame) -> pl.Series:
        """The rows of the person; actions are the team's, and stay."""
        if export == "actions":
            return pl.repeat(False, rows.height, eager=True)
        mine = pl.repeat(False, rows.height, eager=True)
        for column, ids in (("id_salarie", self.people), ("id_parcours", self.pathways)):
            if column in rows.columns:
                mine |= rows[column].is_in(list(ids))
        return mine

    def entry(self) -> dict[str, Any]:
        """Nothing that says who it was."""
        return {"kind": "person"}


def delivery_of(store: Store, named: str) -> Delivery:
    """The delivery of that id, or path. Raises Refusal where there is none, or more than one."""
    files = [file for file in store.files if named in (file["delivery"], file["path"])]
    if not files:
        raise Refusal("no such delivery; manifest.json lists their ids under files, delivery")
    if len(files) > 1:
        raise Refusal(
            f"{len(files)} deliveries have this path; name one by its id: "
            + ", ".join(file["delivery"] for file in files)
        )
    (file,) = files
    return Delivery(file["delivery"], file["sha256"], file["path"])


def worksite_year_of(worksite: str, year: int) -> WorksiteYear:
    """The year of a worksite. Raises Refusal where the code is not declared."""
    if worksite not in territory_of_worksite():
        raise Refusal(f"{worksite}: no such worksite; take a code of seeds/reference/worksites.csv")
    return WorksiteYear(worksite, year)


def person_of(store: Store, before: Before, pseudonym: str) -> Person:
    """The person of a stored pseudonym. Raises Refusal where nobody has it."""
    if not PSEUDONYM.fullmatch(pseudonym):
        raise Refusal("a person is named by a pseudonym; `cvg key pseudonym` says it")
    stands = one_for_each(store.links)
    mine = {pseudonym} | {one for one in stands if stands[one] == stands.get(pseudonym, pseudonym)}
    rows = before.history["salaries"].filter(pl.col("id_salarie").is_in(list(mine)))
    if not rows.height:
        raise Refusal("nobody has this pseudonym in these exports")
    return Person(frozenset(mine), frozenset(rows["id_parcours"]))


def withdraw(
    store: Store, before: Before, what: What, key: bytes, dry_run: bool = False
) -> Withdrawn:
    """Take it back, in everything that the store keeps; `dry_run` writes nothing.

    Raises Refusal where there is nothing to withdraw.
    """
    done = Withdrawn()
    history = {}
    for name, rows in before.history.items():
        goes = what.goes(name, rows)
        done.removed[name] = int(goes.sum())
        history[name] = rows.filter(~goes)
    goes = what.goes(FORM, before.forms)
    done.removed[FORM] = int(goes.sum())
    forms = before.forms.filter(~goes)
    people, withdrawn, unlinks = before.people, before.withdrawn, frozenset[str]()
    if isinstance(what, Person):
        unlinks = what.pathways
        history["actions"], done.unlinked = _unlinked(history["actions"], unlinks)
        people = people.filter(~pl.col("id_salarie").is_in(list(what.people)))
        withdrawn |= {tombstone(key, one) for one in what.people | what.pathways}
        store.links = [one for one in store.links if not {one.first, one.second} & what.people]
    sent = store.sent_before()
    combined = combine([], sent, Before(history, people, names_of(people), withdrawn, forms), key)
    kept = Quarantine(store.quarantine, sent, key, combined.names, what.goes, unlinks)
    done.in_quarantine = sum(kept.forgotten(name) for name in EXPORTS)
    if not (any(done.removed.values()) or done.in_quarantine or done.unlinked):
        raise Refusal("nothing of it is there: it was never loaded, or is withdrawn already")
    for name, export in combined.exports.items():
        done.rows[name] = export.all_rows.height
        done.waiting[name] = export.settled.expelled.height
    if before.forms.height:
        done.rows[FORM], done.waiting[FORM] = latest(forms).height, 0
    if not dry_run:
        manifest = store.manifest | {
            "withdrawn_people": sorted(withdrawn),
            "withdrawals": [
                *store.withdrawals,
                what.entry() | {"on": date.today().isoformat(), "rows": done.removed},
            ],
        }
        store.write(combined, manifest, kept)
    return done


def _unlinked(actions: pl.DataFrame, pathways: frozenset[str]) -> tuple[pl.DataFrame, int]:
    """The actions without the number of these pathways, and how many had one."""
    mine = actions["id_parcours"].is_in(list(pathways))
    nothing = [pl.when(mine).then(pl.lit("")).otherwise(pl.col(c)).alias(c) for c in NUMBER]
    return actions.with_columns(nothing), int(mine.sum())
