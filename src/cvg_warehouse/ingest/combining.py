"""Puts what all files gave together: keys, corrections, references between exports, balance."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from cvg_warehouse.contracts.exports import EXPORTS, LINEAGE, Contract, contract_of
from cvg_warehouse.contracts.seeds import worksites_of
from cvg_warehouse.ingest.expectations import (
    EXPLAINED,
    reference_failures,
    value_failures,
)
from cvg_warehouse.ingest.findings import (
    AbsentPathway,
    AbsentWorksite,
    Correction,
    Finding,
    LikelyDuplicate,
)
from cvg_warehouse.ingest.forms import history_of, no_history, together
from cvg_warehouse.ingest.identities import (
    DELIVERY,
    FILE,
    LOCAL,
    ORDER,
    ROW,
    SENDER,
    SHEET,
    SPACE,
    Sent,
    identifiers_of,
    likely_duplicates,
    nobodys,
    numbers_of_worksites,
    people_of,
    remembered,
    with_sender,
    with_stored_identifiers,
)
from cvg_warehouse.ingest.layout import PSEUDONYMS
from cvg_warehouse.ingest.people import KnownNames, points_at_a_person
from cvg_warehouse.ingest.pseudonyms import tombstone
from cvg_warehouse.ingest.reading import IDENTITY, LIKE, LINE, NAMES_HASHED, FileReading
from cvg_warehouse.ingest.settling import Leaving, Settled, place_of, settle
from cvg_warehouse.ingest.values import explain

REFERS_TO = {"sorties": "salaries", "actions": "salaries", "suivi_post_sortie": "sorties"}
UNKNOWN = {
    "salaries": ("pathway_unknown", "pathway_in_quarantine"),
    "sorties": ("exit_unknown", "exit_in_quarantine"),
}
LEAST_FOR_VOLUME = 10
LEAST_OF_LAST_YEAR = 0.6
FULL = 0.5
MISSED = ("id_salarie", "id_parcours", *LINEAGE)
PLACE_OF = {"salaries": "chantier", "sorties": "chantier", "actions": "territoire"}


@dataclass
class Before:
    """What the runs before left, as the store keeps it."""

    history: dict[str, pl.DataFrame]
    """Every row ever taken in, of each export, with stored identifiers (see `settling`)."""
    people: pl.DataFrame
    """See `identities.people_of`."""
    names: frozenset[str] = frozenset()
    """Keyed hashes of the names of people."""
    withdrawn: frozenset[str] = frozenset()
    """Tombstones of the stored identifiers of people who were withdrawn."""
    forms: pl.DataFrame = field(default_factory=no_history)
    """Every line of a worksite's form ever taken in (see `forms`)."""


@dataclass
class Export:
    """One export of this run."""

    rows: pl.DataFrame
    """New rows as delivered (see `SheetReading.rows`), with file, sheet, order and position."""
    held: dict[int, list[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(list))
    """Column, check and other place by position of each row that goes into quarantine."""
    settled: Settled = field(default_factory=Settled)
    """What is loaded after the run."""

    def hold(self, row: int, column: str, check_id: str, other: str = "") -> None:
        """Put a row into quarantine for this reason, once."""
        if (column, check_id) not in {found[:2] for found in self.held[row]}:
            self.held[row].append((column, check_id, other))

    @property
    def all_rows(self) -> pl.DataFrame:
        """The consolidated rows after the run."""
        return self.settled.latest


@dataclass
class Combined:
    """All exports of this run, and what was found between them."""

    exports: dict[str, Export]
    corrections: list[Correction]
    """Those of all runs."""
    duplicates: list[LikelyDuplicate]
    doubtful: list[tuple[str, int]]
    """Rows of salaries (file and line's position) whose identifier stands for two people."""
    absent: list[AbsentWorksite]
    missing: list[AbsentPathway]
    drops: list[tuple[str, str, str]]
    """File, export and place whose volume fell since the year before."""
    notices: list[Finding]
    """Findings on rows that earlier runs took in."""
    people: pl.DataFrame
    names: KnownNames
    forms: pl.DataFrame
    """Every line of a worksite's form that was taken in, in this run or before."""


def combine(
    readings: Iterable[FileReading], sent: dict[str, Sent], before: Before, key: bytes
) -> Combined:
    """Judge the rows of all files together, and with those of earlier runs.

    `sent` has what is known of the deliveries, by their ids: those of this run's files, and the
    earlier ones that a row may come back from. `FileReading.delivery` names that of a file.
    """
    readings = [reading for reading in readings if not reading.refused]
    names = KnownNames(key, before.names.union(*(reading.names for reading in readings)))
    exports = {name: _gathered(name, readings, sent, key) for name in EXPORTS}
    notices: list[Finding] = []
    for name, export in exports.items():
        _hold_withdrawn(name, export, before.withdrawn, key)
        for row, column in nobodys(name, export.rows):
            export.hold(row, column, "worksite_needed")
        _hold_wrong_values(name, export)
        _hold_names(name, export, names)
        _hold_shared_keys(name, export)
    for column in PSEUDONYMS:
        _hold_look_alikes(column, exports, before.history["salaries"])
    for name, export in exports.items():
        old = before.history[name]
        leaving = _named_in(name, old, names)
        if name in REFERS_TO:
            _hold_unknown_references(name, export, exports)
            leaving.append(_lost(name, old, exports))
        export.settled = settle(name, old, _good(export), leaving)
        for conflict in export.settled.conflicts:
            export.hold(conflict.row, conflict.column, conflict.check_id, conflict.other)
        notices += export.settled.notices
    salaries = exports["salaries"]
    new_people = people_of(
        _good(salaries), IDENTITY, NAMES_HASHED, set().union(*(one.names for one in readings))
    )
    people = remembered(before.people, new_people)
    duplicates = likely_duplicates(before.people, new_people, people)
    return Combined(
        exports=exports,
        corrections=[found for one in exports.values() for found in one.settled.corrections],
        duplicates=duplicates,
        doubtful=_doubtful(salaries, duplicates),
        absent=_absent(salaries),
        missing=_missing(salaries),
        drops=[drop for name in PLACE_OF for drop in _drops(name, exports[name])],
        notices=notices,
        people=people,
        names=names,
        forms=together(
            before.forms,
            (
                history_of(one.form, one.path, one.delivery, sent[one.delivery].order)
                for one in readings
                if one.form
            ),
        ),
    )


def _gathered(name: str, readings: list[FileReading], sent: dict[str, Sent], key: bytes) -> Export:
    """The rows of one export from all files, and the rows that the readers held."""
    frames: list[pl.DataFrame] = []
    held: dict[tuple[str, str, int], list[tuple[str, str, str]]] = {}
    for reading in readings:
        for sheet in reading.sheets:
            if sheet.export == name:
                frames.append(
                    sheet.rows.with_columns(
                        pl.lit(reading.path).alias(FILE),
                        pl.lit(sheet.name).alias(SHEET),
                        pl.lit(reading.delivery).alias(DELIVERY),
                    )
                )
                for place in sheet.held:
                    found = held.setdefault((reading.path, sheet.name, place.line), [])
                    found.append((place.column, place.check_id, place.other))
    rows = pl.concat(frames) if frames else _empty(contract_of(name))
    rows = with_sender(rows.with_row_index(ROW), sent)
    local = [pl.col(column).alias(LOCAL + column) for column in identifiers_of(name)]
    export = Export(with_stored_identifiers(name, rows.with_columns(local), key))
    if held:
        places = rows.select(ROW, FILE, SHEET, LINE)
        for row, file, sheet_name, line in places.iter_rows():
            for found_here in held.get((file, sheet_name, line), ()):
                export.hold(row, *found_here)
    return export


def _empty(contract: Contract) -> pl.DataFrame:
    texts = [
        *(field.name for field in contract.read),
        FILE,
        SHEET,
        DELIVERY,
        IDENTITY,
        NAMES_HASHED,
        *(LIKE + name for name in numbers_of_worksites(contract.export)),
    ]
    texts += [f"_{name}" for name in (*LINEAGE, "livraison")]
    return pl.DataFrame(schema=dict.fromkeys(texts, pl.String) | {LINE: pl.Int64})


def _hold_withdrawn(name: str, export: Export, withdrawn: frozenset[str], key: bytes) -> None:
    """Rows of people who were withdrawn: they are counted, and nothing of them is kept."""
    for column in ("id_salarie", "id_parcours"):
        if withdrawn and column in identifiers_of(name):
            stored = export.rows[column].unique().to_list()
            gone = [one for one in stored if one and tombstone(key, one) in withdrawn]
            for row in export.rows[column].is_in(gone).arg_true() if gone else ():
                export.hold(row, column, "person_withdrawn")


def _named_in(name: str, old: pl.DataFrame, names: KnownNames) -> list[Leaving]:
    """Earlier rows with a name in a free column that was not known when they were taken in."""
    leaving = []
    for column in contract_of(name).fields if names and old.height else ():
        if column.is_free and (wrong := _naming(old[column.name], names)):
            leaving.append(Leaving(old[column.name].is_in(wrong), column.name, "text_name"))
    return leaving


def _lost(name: str, old: pl.DataFrame, exports: dict[str, Export]) -> Leaving:
    """Earlier rows about a pathway that is no longer known."""
    target = REFERS_TO[name]
    known = exports[target].all_rows["id_parcours"].unique().to_list()
    pathways = old["id_parcours"]
    return Leaving((pathways != "") & ~pathways.is_in(known), "id_parcours", UNKNOWN[target][0])


def _hold_wrong_values(name: str, export: Export) -> None:
    contract = contract_of(name)
    totals = {row for row, held in export.held.items() if ("", "totals_row", "") in held}
    already = {(row, found[0]) for row, held in export.held.items() for found in held}
    failures = [
        failure
        for failure in value_failures(name, export.rows)
        if failure.row not in totals and (failure.row, failure.column) not in already
    ]
    for failure in failures:
        check_id = failure.check_id
        if check_id == EXPLAINED:
            value = export.rows[failure.column][failure.row]
            check_id = explain(contract[failure.column], value)
        export.hold(failure.row, failure.column, check_id)


def _hold_names(name: str, export: Export, names: KnownNames) -> None:
    for column in contract_of(name).fields:
        if column.is_free and names:
            values = export.rows[column.name]
            found = _naming(values, names)
            for row in values.is_in(found).arg_true() if found else ():
                export.hold(row, column.name, "text_name")


def _naming(texts: pl.Series, names: KnownNames) -> list[str]:
    """Those of the texts that name a person."""
    return [text for text in texts.unique() if points_at_a_person(text, names) == "text_name"]


def _good(export: Export) -> pl.DataFrame:
    """The rows that are not in quarantine."""
    held = [row for row, found in export.held.items() if found]
    return export.rows.filter(~pl.col(ROW).is_in(held)) if held else export.rows


def _hold_shared_keys(name: str, export: Export) -> None:
    """In one delivery a key stands for one row: its copies go, rows that disagree all go."""
    contract = contract_of(name)
    good = _good(export)
    if not good.height:
        return
    key = (*contract.key, ORDER, SENDER)
    shared = good.filter(pl.struct(key).is_duplicated())
    values = [field.name for field in contract.read] + [IDENTITY]
    for _, group in shared.group_by(key, maintain_order=True):
        agree = group.select(values).n_unique() == 1
        for row in group[ROW].to_list()[1 if agree else 0 :]:
            export.hold(row, contract.key[-1], "duplicate_row" if agree else "key_conflict")


def _hold_look_alikes(column: str, exports: dict[str, Export], history: pl.DataFrame) -> None:
    """New numbers that differ from a known one of the worksite in how they are written only."""
    local, like = LOCAL + column, LIKE + column
    new = _good(exports["salaries"]).with_columns(
        pl.concat_str(FILE, pl.lit(":"), pl.col(LINE).cast(pl.String)).alias("_place")
    )
    old = history.with_columns(
        pl.concat_str("fichier_source", pl.lit(":"), "ligne_source").alias("_place")
    )
    what = [SPACE, like, local]
    if not _clash(what, [old, *map(_good, exports.values())]):
        return
    new, old = new.select(*what, "_place"), old.select(*what, "_place")
    known = pl.concat([old, new])
    known = known.filter(pl.col(like) != "").unique(what, keep="first", maintain_order=True)
    settled = set(old.select(what).rows())
    for name, export in exports.items():
        if column in numbers_of_worksites(name):
            rows = _good(export).select(ROW, *what).filter(pl.col(like) != "")
            others = rows.join(known, on=[SPACE, like], suffix="_known")
            others = others.filter(pl.col(local) != pl.col(f"{local}_known"))
            for row, space, one, number, _, place in others.rows():
                if (space, one, number) not in settled:
                    export.hold(row, column, "identifier_look_alike", place)


def _clash(what: list[str], frames: list[pl.DataFrame]) -> bool:
    """Whether two numbers of one space look alike: space, what they share, number."""
    space, like, _ = what
    hashed = [
        rows.filter(pl.col(like) != "").select(
            pl.struct(space, like).hash().alias("alike"), pl.struct(what).hash().alias("number")
        )
        for rows in frames
        if like in rows.columns
    ]
    numbers = pl.concat(hashed).unique()
    return bool(numbers["alike"].is_duplicated().any())


def _hold_unknown_references(name: str, export: Export, exports: dict[str, Export]) -> None:
    """Rows about a pathway that is not known, and exits before their entry."""
    good = _good(export)
    if not good.height:
        return
    target = exports[REFERS_TO[name]]
    known = set(target.all_rows["id_parcours"])
    good_targets = set(_good(target)["id_parcours"])
    in_quarantine = set(target.rows["id_parcours"]) - good_targets - {""}
    unknown, quarantined = UNKNOWN[REFERS_TO[name]]

    def verdict(pathway: str) -> str:
        if pathway in known:
            return "known"
        return quarantined if pathway in in_quarantine else unknown

    verdicts = {pathway: verdict(pathway) for pathway in good["id_parcours"].unique() if pathway}
    checked = good.select(
        ROW, pl.col("id_parcours").replace_strict(verdicts, default="").alias("_pathway")
    )
    if name == "sorties":
        entries = (
            exports["salaries"]
            .all_rows.select("annee", ORDER, "id_parcours", "date_entree")
            .sort("annee", ORDER)
            .group_by("id_parcours")
            .agg(pl.col("date_entree").last())
        )
        checked = checked.with_columns(
            _days(good["date_sortie"]).alias("_exit"),
            _days(
                good.join(entries, on="id_parcours", how="left", maintain_order="left")[
                    "date_entree"
                ]
            ).alias("_entry"),
        )
    for failure in reference_failures(checked):
        check_id = failure.check_id
        if check_id == EXPLAINED:
            check_id = checked["_pathway"][failure.row]
        export.hold(checked[ROW][failure.row], failure.column, check_id)


def _days(dates: pl.Series) -> pl.Series:
    """Dates as numbers that can be compared."""
    return dates.str.replace_all("-", "").cast(pl.Float64, strict=False)


def _doubtful(export: Export, duplicates: list[LikelyDuplicate]) -> list[tuple[str, int]]:
    people = {p for found in duplicates if found.reason == "same_identifier" for p in found.people}
    rows = _good(export).filter(pl.col("id_salarie").is_in(list(people)))
    return [("id_salarie", row) for row in rows.filter(pl.col(IDENTITY) != "")[ROW]]


def _missing(export: Export) -> list[AbsentPathway]:
    """Pathways of a worksite and year that a later full delivery of theirs does not hold.

    A delivery is full where it holds more than half of what is known of the worksite's year.
    """
    new = _good(export).filter(pl.col("_fichier_source") == "")
    if not new.height:
        return []
    where = ["annee", "chantier"]
    # A file whose every row is loaded for the first time misses nobody.
    if new.height == export.all_rows.height:
        return []
    known = export.all_rows.select(*where, *MISSED, ORDER)
    known = known.join(new.select(*where).unique(), on=where, how="semi")
    delivered = new.select("id_parcours", pl.lit(value=True).alias("_delivered")).unique()
    known = known.join(delivered, on="id_parcours", how="left")
    known = known.with_columns(pl.col("_delivered").fill_null(value=False))
    share = pl.col("_delivered").mean().over(where)
    latest = pl.col(ORDER).max().over(where)
    gone = known.filter((share > FULL) & ~pl.col("_delivered") & (pl.col(ORDER) < latest))
    return [
        AbsentPathway(
            row["chantier"], int(row["annee"]), row["id_salarie"], row["id_parcours"], place_of(row)
        )
        for row in gone.sort(*where, "id_parcours").rows(named=True)
    ]


def _absent(export: Export) -> list[AbsentWorksite]:
    """Worksites that were active in a year of these deliveries and are in none of them."""
    delivered = set(export.all_rows.select("annee", "chantier").unique().rows())
    delivered |= set(export.rows.select("annee", "chantier").unique().rows())
    years = sorted({int(year) for year in export.all_rows["annee"].unique()})
    return [
        AbsentWorksite(row["worksite_id"], row["territory_id"], year)
        for year in years
        for row in worksites_of(year)
        if (str(year), row["worksite_id"]) not in delivered
    ]


def _drops(name: str, export: Export) -> list[tuple[str, str, str]]:
    """Files whose worksite or territory has far fewer rows than in the year before."""
    place = PLACE_OF[name]
    counts = {
        (where, int(year)): count
        for where, year, count in export.all_rows.group_by(place, "annee").len().iter_rows()
    }
    drops = []
    new = _good(export)
    for (where, year), count in sorted(counts.items()):
        before = counts.get((where, year - 1), 0)
        if before >= LEAST_FOR_VOLUME and count < LEAST_OF_LAST_YEAR * before:
            files = new.filter((pl.col(place) == where) & (pl.col("annee") == str(year)))
            drops += [
                (file, name, sheet)
                for file, sheet in files.select(FILE, SHEET).unique().sort(FILE, SHEET).rows()
            ]
    return drops
