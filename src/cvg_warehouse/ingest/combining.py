"""Puts what all files gave together: keys, corrections, references between exports, balance."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import polars as pl

from cvg_warehouse.contracts.exports import (
    EXPORTS,
    LINEAGE,
    Contract,
    consolidated_columns,
    contract_of,
)
from cvg_warehouse.contracts.seeds import worksites_of
from cvg_warehouse.ingest.expectations import (
    EXPLAINED,
    key_failures,
    reference_failures,
    value_failures,
)
from cvg_warehouse.ingest.findings import AbsentWorksite, Correction, LikelyDuplicate
from cvg_warehouse.ingest.people import points_at_a_person
from cvg_warehouse.ingest.reading import IDENTITY, LINE, FileReading
from cvg_warehouse.ingest.values import explain

FILE, SHEET, ORDER, ROW, IS_NEW = "_file", "_sheet", "_order", "_row", "_is_new"
REFERS_TO = {"sorties": "salaries", "actions": "salaries", "suivi_post_sortie": "sorties"}
UNKNOWN = {
    "salaries": ("pathway_unknown", "pathway_in_quarantine"),
    "sorties": ("exit_unknown", "exit_in_quarantine"),
}
LEAST_FOR_VOLUME = 10
LEAST_OF_LAST_YEAR = 0.6
PLACE_OF = {"salaries": "chantier", "sorties": "chantier", "actions": "territoire"}


@dataclass
class Export:
    """One export of this run."""

    rows: pl.DataFrame
    """New rows as delivered (see `SheetReading.rows`), with file, sheet, order and position."""
    held: dict[int, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    """Columns and checks by position of each row that goes into quarantine."""
    all_rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    """The consolidated rows after the run, in order."""
    replaced: pl.DataFrame = field(default_factory=pl.DataFrame)
    """The consolidated rows that a later delivery replaced by other values."""
    overtaken: list[int] = field(default_factory=list)
    """Positions of the new rows whose key a later delivery has."""

    def hold(self, row: int, column: str, check_id: str) -> None:
        """Put a row into quarantine for this reason, once."""
        if (column, check_id) not in self.held[row]:
            self.held[row].append((column, check_id))


@dataclass
class Combined:
    """All exports of this run, and what was found between them."""

    exports: dict[str, Export]
    corrections: list[Correction]
    duplicates: list[LikelyDuplicate]
    doubtful: list[tuple[str, int]]
    """Rows of salaries (file and line's position) whose identifier stands for two people."""
    absent: list[AbsentWorksite]
    drops: list[tuple[str, str, str]]
    """File, export and place whose volume fell since the year before."""


def combine(
    readings: Iterable[FileReading],
    orders: dict[str, str],
    previous: dict[str, pl.DataFrame],
) -> Combined:
    """Judge the rows of all files together.

    `orders` has the order of each file's delivery (a later one is greater); `previous` the
    consolidated rows of earlier runs, with their order in the column `_order`.
    """
    readings = [reading for reading in readings if not reading.refused]
    names = set().union(*(reading.names for reading in readings))
    exports = {name: _gathered(name, readings, orders) for name in EXPORTS}
    for name, export in exports.items():
        _hold_wrong_values(name, export)
        _hold_names(name, export, names)
        _hold_shared_keys(name, export)
    corrections = []
    for name, export in exports.items():
        if name in REFERS_TO:
            _hold_unknown_references(name, export, exports)
        corrections += _settle(name, export, previous[name])
    duplicates, doubtful = _likely_duplicates(exports["salaries"])
    return Combined(
        exports=exports,
        corrections=corrections,
        duplicates=duplicates,
        doubtful=doubtful,
        absent=_absent(exports["salaries"]),
        drops=[drop for name in PLACE_OF for drop in _drops(name, exports[name])],
    )


def _gathered(name: str, readings: list[FileReading], orders: dict[str, str]) -> Export:
    """The rows of one export from all files, and the rows that the readers held."""
    frames: list[pl.DataFrame] = []
    held: dict[tuple[str, str, int], list[tuple[str, str]]] = {}
    for reading in readings:
        for sheet in reading.sheets:
            if sheet.export == name:
                frames.append(
                    sheet.rows.with_columns(
                        pl.lit(reading.path).alias(FILE),
                        pl.lit(sheet.name).alias(SHEET),
                        pl.lit(orders[reading.path]).alias(ORDER),
                    )
                )
                for place in sheet.held:
                    found = held.setdefault((reading.path, sheet.name, place.line), [])
                    found.append((place.column, place.check_id))
    rows = pl.concat(frames) if frames else _empty(contract_of(name))
    export = Export(rows.with_row_index(ROW))
    if held:
        places = rows.with_row_index(ROW).select(ROW, FILE, SHEET, LINE)
        for row, file, sheet_name, line in places.iter_rows():
            for column, check_id in held.get((file, sheet_name, line), ()):
                export.hold(row, column, check_id)
    return export


def _empty(contract: Contract) -> pl.DataFrame:
    texts = [*(field.name for field in contract.read), FILE, SHEET, ORDER, IDENTITY]
    texts += [f"_{name}" for name in LINEAGE]
    return pl.DataFrame(schema=dict.fromkeys(texts, pl.String) | {LINE: pl.Int64})


def _hold_wrong_values(name: str, export: Export) -> None:
    contract = contract_of(name)
    totals = {row for row, found in export.held.items() if ("", "totals_row") in found}
    already = {(row, column) for row, found in export.held.items() for column, _ in found}
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


def _hold_names(name: str, export: Export, names: set[str]) -> None:
    for column in contract_of(name).fields:
        if column.is_free and names:
            values = export.rows[column.name]
            found = [v for v in values.unique().to_list() if points_at_a_person(v, names)]
            found = [v for v in found if points_at_a_person(v, names) == "text_name"]
            for row in values.is_in(found).arg_true() if found else ():
                export.hold(row, column.name, "text_name")


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
    shared = good[key_failures(good, (*contract.key, ORDER))]
    values = [field.name for field in contract.read] + [IDENTITY]
    for _, group in shared.group_by([*contract.key, ORDER], maintain_order=True):
        agree = group.select(values).n_unique() == 1
        for row in group[ROW].to_list()[1 if agree else 0 :]:
            export.hold(row, contract.key[-1], "duplicate_row" if agree else "key_conflict")


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


def consolidated(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """New rows as they stand in the export: stored columns, lineage, and their order."""
    columns = []
    for column in contract_of(name).kept:
        value = pl.col(column.name)
        columns.append(
            (value.str.head(4) if column.treatment == "year" else value).alias(column.stored_as)
        )
    comes_back = pl.col("_fichier_source") != ""
    place = (pl.col(FILE), pl.col(SHEET), pl.col(LINE).cast(pl.String))
    lineage = [
        pl.when(comes_back).then(pl.col(f"_{origin}")).otherwise(here).alias(origin)
        for origin, here in zip(LINEAGE, place, strict=True)
    ]
    return rows.select(*columns, *lineage, ORDER, ROW)


def _settle(name: str, export: Export, previous: pl.DataFrame) -> list[Correction]:
    """The latest row of each key; the ones that it replaces are kept and listed."""
    key = list(contract_of(name).key)
    values = [column.name for column in consolidated_columns(name) if column.name not in LINEAGE]
    new = consolidated(name, _good(export)).with_columns(pl.lit(True).alias(IS_NEW))
    old = previous.select(
        *values, *LINEAGE, ORDER, pl.lit(None, pl.UInt32).alias(ROW), pl.lit(False).alias(IS_NEW)
    )
    rows = pl.concat([old, new], how="vertical_relaxed")
    # Sorted by position alone: a frame of all columns in another order would double the memory.
    at = rows.select(*key, ORDER, IS_NEW, pl.int_range(pl.len(), dtype=pl.UInt32).alias("_at"))
    at = at.sort(*key, ORDER, IS_NEW, "_at")
    is_last = (pl.struct(key) != pl.struct(key).shift(-1)).fill_null(True)
    at = at.with_columns(is_last.alias("_is_last"))
    last, others = at.filter("_is_last")["_at"], at.filter(~pl.col("_is_last"))["_at"]
    export.all_rows = rows[last] if len(others) else rows
    if len(last) != rows.select(key).n_unique():
        raise AssertionError(f"{name}: a key has two rows")
    export.overtaken = rows[others][ROW].drop_nulls().to_list()
    shared = at.filter(pl.struct(key).is_duplicated())["_at"]
    disagreeing = rows[shared].filter(pl.struct(values).n_unique().over(key) > 1)
    corrections, replaced = [], []
    for _, group in disagreeing.group_by(key, maintain_order=True):
        for older, newer in pairwise(group.rows(named=True)):
            differing = tuple(column for column in values if older[column] != newer[column])
            # Rows of one delivery differ where the rules of reading have changed since.
            if differing and older[ORDER] != newer[ORDER]:
                corrections.append(_correction(name, key, differing, older, newer))
                replaced.append(older)
    export.replaced = pl.DataFrame(replaced, schema=rows.schema)
    return corrections


def _correction(
    name: str, key: list[str], columns: tuple[str, ...], older: dict, newer: dict
) -> Correction:
    return Correction(
        export=name,
        key=" / ".join(older[column] for column in key),
        columns=columns,
        old_file=older["fichier_source"],
        old_sheet=older["feuille_source"],
        old_line=int(older["ligne_source"] or 0),
        new_file=newer["fichier_source"],
        new_sheet=newer["feuille_source"],
        new_line=int(newer["ligne_source"] or 0),
    )


def _likely_duplicates(export: Export) -> tuple[list[LikelyDuplicate], list[tuple[str, int]]]:
    """Identifiers that seem to be one person, and identifiers that seem to be two."""
    rows = _good(export).select(ROW, IDENTITY, "id_salarie", "chantier")
    rows = rows.filter(pl.col(IDENTITY) != "")
    found, doubtful = [], []
    for reason, one, many in (
        ("same_identity", IDENTITY, "id_salarie"),
        ("same_identifier", "id_salarie", IDENTITY),
    ):
        shared = rows.filter(pl.col(many).n_unique().over(one) > 1)
        for _, group in shared.group_by(one, maintain_order=True):
            people = tuple(sorted(set(group["id_salarie"])))
            worksites = tuple(sorted(set(group["chantier"])))
            found.append(LikelyDuplicate(reason, people, worksites))
            if reason == "same_identifier":
                doubtful += [("id_salarie", row) for row in group[ROW]]
    order = sorted(found, key=lambda duplicate: (duplicate.reason, duplicate.people))
    return order, doubtful


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
