"""Rows to be corrected: of this run, and of earlier ones that nothing has settled since.

Direct identifiers are dropped, `id_salarie` and `id_parcours` are local pseudonyms, and what points
at a person is taken out. A row knows the delivery that it came in, and keeps its place in time when
it comes back.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl

from cvg_warehouse.contracts.exports import LINEAGE, consolidated_columns, contract_of
from cvg_warehouse.formulas import disarmed
from cvg_warehouse.ingest.combining import Export
from cvg_warehouse.ingest.identities import (
    DELIVERY,
    FILE,
    LOCAL,
    ORDER,
    ROW,
    SENDER,
    SHEET,
    Sent,
    identifiers_of,
    with_sender,
    with_stored_identifiers,
)
from cvg_warehouse.ingest.landing import REPLACED
from cvg_warehouse.ingest.layout import PSEUDONYMS
from cvg_warehouse.ingest.people import KnownNames, points_at_a_person
from cvg_warehouse.ingest.reading import LINE, FileReading
from cvg_warehouse.ingest.settling import REASON
from cvg_warehouse.ingest.values import STORED_DATE, WITHHELD

REAL_NAMES = "noms_de_fichiers.csv"
ABOUT = ("raison", *LINEAGE, "version_cle", "livraison")
KEEPS_NOTHING = "person_withdrawn"
"""The check whose rows are counted and not kept."""


Forgets = Callable[[str, pl.DataFrame], pl.Series]
"""Which rows of an export are withdrawn; they have stored identifiers, `_delivery`, `_sender`."""


def remember_all(_: str, rows: pl.DataFrame) -> pl.Series:
    """No row is withdrawn."""
    return pl.repeat(False, rows.height, eager=True)


class Quarantine:
    """The folder, and what is needed to write its next content."""

    def __init__(
        self,
        folder: Path,
        sent: dict[str, Sent],
        key: bytes,
        names: KnownNames,
        forgets: Forgets = remember_all,
        unlinks: frozenset[str] = frozenset(),
    ) -> None:
        """`forgets` says which earlier rows are withdrawn, `unlinks` whose pathways none names."""
        self.folder, self.sent, self.key, self.names = folder, sent, key, names
        self.forgets, self.unlinks = forgets, unlinks
        self.settled = 0
        """Rows of earlier runs that a later delivery has settled."""

    def write(self, folder: Path, name: str, export: Export, version: str) -> None:
        """Write the rows of one export that wait, and those that need no longer."""
        new = pl.concat([self._held(name, export, version), self._expelled(name, export, version)])
        earlier = self.earlier(name)
        kept = earlier.filter(~_come_again(earlier, export))
        rows = pl.concat([kept, new]).unique(maintain_order=True)
        is_settled = self._is_settled(name, rows, export)
        self.settled += int(is_settled.head(kept.height).sum())
        waiting = rows.filter(~is_settled)
        if waiting.height:
            write_spreadsheet(folder / f"{name}.csv", waiting)
        done = pl.concat(
            [
                self._remembered(name, self.folder / REPLACED / f"held_{name}.csv"),
                rows.filter(is_settled),
            ]
        ).unique(maintain_order=True)
        if done.height:
            write_spreadsheet(folder / REPLACED / f"held_{name}.csv", done)
        replaced = export.settled.replaced.select(c.name for c in consolidated_columns(name))
        if replaced.height:
            file = folder / REPLACED / f"{name}.csv"
            file.parent.mkdir(exist_ok=True)
            replaced.write_csv(file)

    def write_unreadable(self, folder: Path, readings: Sequence[FileReading], version: str) -> None:
        """Lines whose fields have no column: where they stand, and nothing of what they hold."""
        lines = [
            (place.check_id, reading.path, place.sheet, str(place.line), version, reading.delivery)
            for reading in readings
            for sheet in reading.sheets
            for place in sheet.unreadable
        ]
        if lines:
            frame = pl.DataFrame(lines, schema=dict.fromkeys(ABOUT, pl.String), orient="row")
            write_spreadsheet(folder / REPLACED / "unreadable_lines.csv", frame)

    def write_real_names(self, folder: Path, real: Mapping[str, str]) -> None:
        """The names that something else stands for, of all runs."""
        known = _read(self.folder / REAL_NAMES, ["remplace_par", "nom"])
        new = pl.DataFrame(
            list(real.items()), schema=dict.fromkeys(known.columns, pl.String), orient="row"
        )
        names = pl.concat([known, new]).unique().sort(pl.all())
        if names.height:
            write_spreadsheet(folder / REAL_NAMES, names)

    def earlier(self, name: str) -> pl.DataFrame:
        """The rows that wait since earlier runs."""
        return self._remembered(name, self.folder / f"{name}.csv")

    def _remembered(self, name: str, file: Path) -> pl.DataFrame:
        rows = _read(file, columns_of(name))
        stored = self.stored(name, rows)
        if self.unlinks and "id_parcours" in stored.columns:
            nobodys = stored["id_parcours"].is_in(list(self.unlinks))
            pathway = PSEUDONYMS["id_parcours"]
            unlinked = pl.when(nobodys).then(pl.lit("")).otherwise(pl.col(pathway))
            rows = rows.with_columns(unlinked.alias(pathway))
        return rows.filter(~self.forgets(name, stored))

    def forgotten(self, name: str) -> int:
        """How many rows that wait are withdrawn."""
        rows = _read(self.folder / f"{name}.csv", columns_of(name))
        return int(self.forgets(name, self.stored(name, rows)).sum())

    def stored(self, name: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of the quarantine with their order and stored identifiers, as far as is known."""
        fields = [pl.col(_header(field.name)).alias(field.name) for field in contract_of(name).read]
        local = [pl.col(_header(n)).alias(LOCAL + n) for n in identifiers_of(name)]
        origin = [pl.col("fichier_source").alias("_fichier_source")]
        origin += [pl.col("livraison").alias("_livraison"), pl.col("livraison").alias(DELIVERY)]
        named = with_sender(rows.select(*fields, *local, *origin, *LINEAGE), self.sent)
        return with_stored_identifiers(name, named, self.key)

    def _is_settled(self, name: str, rows: pl.DataFrame, export: Export) -> pl.Series:
        """Whether a later delivery, or the row itself after it was corrected, is loaded by now."""
        if not rows.height:
            return pl.Series([], dtype=pl.Boolean)
        key = [*contract_of(name).key, SENDER]
        loaded = export.all_rows.select(
            *key, pl.col(ORDER).alias("_loaded"), *(pl.col(c).alias(f"_l_{c}") for c in LINEAGE)
        )
        asked = self.stored(name, rows).join(loaded, on=key, how="left", maintain_order="left")
        is_here = pl.all_horizontal(pl.col(c) == pl.col(f"_l_{c}") for c in LINEAGE)
        later = (pl.col("_loaded") > pl.col(ORDER)) & (pl.col(ORDER) != "")
        verdict = asked.select((later | is_here).fill_null(value=False).alias("verdict"))
        return verdict["verdict"]

    def _held(self, name: str, export: Export, version: str) -> pl.DataFrame:
        held = {
            row: found
            for row, found in export.held.items()
            if found and not any(check_id == KEEPS_NOTHING for _, check_id, _ in found)
        }
        rows = export.rows.filter(pl.col(ROW).is_in(list(held)))
        reasons = [
            " ".join(f"{column}:{check_id}".lstrip(":") for column, check_id, _ in held[row])
            for row in rows[ROW]
        ]
        comes_back = rows["_fichier_source"] != ""
        here = (*(pl.col(c).cast(pl.String) for c in (FILE, SHEET, LINE)), pl.col(DELIVERY))
        there = (*(f"_{origin}" for origin in LINEAGE), "_livraison")
        places = [
            rows.select(pl.when(comes_back).then(pl.col(a)).otherwise(b).alias(told)).to_series()
            for told, a, b in zip((*LINEAGE, "livraison"), there, here, strict=True)
        ]
        columns = [pl.Series("raison", reasons, dtype=pl.String), *places[:-1]]
        columns += [pl.Series("version_cle", [version] * rows.height, dtype=pl.String), places[-1]]
        for field in contract_of(name).read:
            if field.name in identifiers_of(name):
                local = rows[LOCAL + field.name].alias(_header(field.name))
                is_pseudonym = field.name in PSEUDONYMS
                columns.append(local if is_pseudonym else self._shown(local))
            elif field.treatment == "year":
                values = rows[field.name]
                is_date = values.str.contains(STORED_DATE)
                year = pl.when(is_date).then(values.str.head(4)).otherwise(pl.lit(""))
                raw = pl.when(is_date).then(pl.lit("")).otherwise(self._shown(values))
                columns += [
                    pl.select(year.alias(field.stored_as)).to_series(),
                    pl.select(raw.alias(field.name)).to_series(),
                ]
            else:
                columns.append(self._shown(rows[field.name]))
        return pl.DataFrame(columns)

    def _expelled(self, name: str, export: Export, version: str) -> pl.DataFrame:
        """Rows of the history that wait from now on."""
        rows = export.settled.expelled
        if not rows.height:
            return _read(Path(), columns_of(name))
        columns = [rows[REASON].alias("raison"), *(rows[c] for c in LINEAGE)]
        columns.append(pl.Series("version_cle", [version] * rows.height, dtype=pl.String))
        columns.append(rows[DELIVERY].alias("livraison"))
        for field in contract_of(name).read:
            if field.name in identifiers_of(name):
                columns.append(rows[LOCAL + field.name].alias(_header(field.name)))
            elif field.treatment == "year":
                columns.append(rows[field.stored_as])
                columns.append(pl.Series(field.name, [""] * rows.height, dtype=pl.String))
            elif field.is_number_space:
                columns.append(pl.Series(field.name, [""] * rows.height, dtype=pl.String))
            else:
                columns.append(self._shown(rows[field.name]))
        return pl.DataFrame(columns)

    def _shown(self, values: pl.Series) -> pl.Series:
        """Values that an analyst may see: nothing of a person, and no live formula."""
        shown = {
            value: WITHHELD if points_at_a_person(value, self.names) else disarmed(value)
            for value in values.unique()
        }
        return values.replace_strict(shown, return_dtype=pl.String) if shown else values


def columns_of(name: str) -> list[str]:
    """Columns of the quarantine of an export, in order; all are texts."""
    columns = list(ABOUT)
    for field in contract_of(name).read:
        columns += [field.stored_as] if field.treatment == "year" else []
        columns.append(_header(field.name))
    return columns


def write_spreadsheet(file: Path, rows: pl.DataFrame) -> None:
    """A file that a French spreadsheet opens."""
    file.parent.mkdir(exist_ok=True)
    rows.write_csv(file, separator=";", include_bom=True)


def _header(column: str) -> str:
    return PSEUDONYMS.get(column, column)


def _come_again(earlier: pl.DataFrame, export: Export) -> pl.Series:
    """Whether a row stands in this run too: its delivery was read again, or it comes back."""
    new = export.rows
    if not earlier.height:
        return pl.Series([], dtype=pl.Boolean)
    own = new.filter(pl.col("_fichier_source") == "")
    places = set(own.select(DELIVERY, SHEET, pl.col(LINE).cast(pl.String)).rows())
    places |= set(new.select("_livraison", "_feuille_source", "_ligne_source").rows())
    lines = set(new.select(f"_{column}" for column in LINEAGE).rows())
    again = [
        (delivery, *lineage[1:]) in places if delivery else tuple(lineage) in lines
        for delivery, *lineage in earlier.select("livraison", *LINEAGE).rows()
    ]
    return pl.Series(again, dtype=pl.Boolean)


def _read(file: Path, columns: list[str]) -> pl.DataFrame:
    """A file of the quarantine; columns that an earlier version did not write are empty."""
    if not file.is_file():
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    rows = pl.read_csv(file, separator=";", infer_schema=False, empty_string_is_null=False)
    absent = [pl.lit("").alias(name) for name in columns if name not in rows.columns]
    return rows.with_columns(absent).select(columns)
