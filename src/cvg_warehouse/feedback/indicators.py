"""A worksite's own indicators beside its territory and the whole, out of a built warehouse."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from cvg_warehouse.contracts.exports import consolidated_columns
from cvg_warehouse.contracts.seeds import reference
from cvg_warehouse.export_files import checksums_of, files_in, format_of
from cvg_warehouse.feedback.declared import Declared, declared_by, has_these_forms
from cvg_warehouse.file_formats import Format
from cvg_warehouse.formats import number, share

QUERY = """
    select reporting_year, indicator_id, breakdown, numerator, denominator, value,
        territory_value, national_value
    from mart_worksite_feedback
    where worksite_id = ? and reporting_year = ?
"""


@dataclass(frozen=True)
class Indicator:
    """One figure of a worksite, ready to be read."""

    theme: str
    label: str
    detail: str
    """The value of the breakdown, or ''."""
    statistic: str
    unit: str
    numerator: float | None
    denominator: float | None
    value: float | None
    territory: float | None
    whole: float | None

    @property
    def own(self) -> str:
        """The worksite's figure."""
        return self._written(self.value)

    @property
    def of(self) -> str:
        """What a share was counted from, as `12 sur 45`."""
        if self.statistic != "share" or self.denominator is None:
            return ""
        return f"{number(self.numerator or 0)} sur {number(self.denominator)}"

    @property
    def beside(self) -> tuple[str, str]:
        """The territory's figure and that of the whole programme."""
        return self._written(self.territory), self._written(self.whole)

    def _written(self, value: float | None) -> str:
        if value is None:
            return ""
        if self.statistic == "share":
            return share(value)
        return number(value) if self.statistic == "count" else number(value, 1)


@dataclass
class Source:
    """A warehouse that was built from the exports in question."""

    _connection: duckdb.DuckDBPyConnection

    def of(self, worksite: str, year: int) -> list[Indicator]:
        """The indicators of a worksite in a year, in the order of the catalogue."""
        catalogue = {row["indicator_id"]: row for row in reference("indicators")}
        order = {indicator_id: place for place, indicator_id in enumerate(catalogue)}
        themes = {row["theme"]: row["label_fr"] for row in reference("themes")}
        labels = {
            (breakdown, code): (label, place)
            for breakdown, code, label, place in self._connection.execute(
                "select breakdown, value, label_fr, sort_order from dim_breakdown_values"
            ).fetchall()
        }
        found = []
        for _, indicator_id, value, *figures in self._connection.execute(
            QUERY, [worksite, year]
        ).fetchall():
            entry = catalogue.get(indicator_id)
            if entry is None:
                continue
            detail, place = _detail(entry["breakdown"], value or "", labels)
            indicator = Indicator(
                themes[entry["theme"]],
                entry["label_fr"],
                detail,
                entry["statistic"],
                entry["unit"],
                *figures,
            )
            found.append((order[indicator_id], place, detail, indicator))
        return [indicator for *_, indicator in sorted(found, key=lambda item: item[:3])]

    def declared(self, worksite: str) -> list[Declared]:
        """Where the forms of a worksite and its rows disagree."""
        return declared_by(self._connection, worksite)

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()


def warehouse_of(warehouse: Path, exports: Path) -> Source | None:
    """The warehouse, where it was built from these exports as they are now; else None."""
    if not warehouse.is_file() or not all(
        file.is_file() for file in files_in(exports, format_of(exports)).values()
    ):
        return None
    try:
        connection = duckdb.connect(warehouse, read_only=True)
    except duckdb.Error:
        return None
    try:
        if _has_these_exports(connection, exports) and has_these_forms(connection, exports):
            connection.execute("select 1 from mart_worksite_feedback limit 1").fetchall()
            return Source(connection)
    except duckdb.Error:
        # An older warehouse, without a table or column of today.
        pass
    connection.close()
    return None


def _has_these_exports(connection: duckdb.DuckDBPyConnection, exports: Path) -> bool:
    """Whether the warehouse read these files in place, or has their rows."""
    if connection.execute("from duckdb_tables() where table_name = 'files_read'").fetchall():
        return connection.execute("from files_read").fetchall() == [(checksums_of(exports),)]
    if format_of(exports) is not Format.CSV:
        return False
    files = files_in(exports, Format.CSV)
    return all(_same(connection, file, name) for name, file in files.items())


def _same(connection: duckdb.DuckDBPyConnection, file: Path, table: str) -> bool:
    """Whether a table of the warehouse has the rows of a file, in whatever order."""
    names = [column.name for column in consolidated_columns(table)]
    columns = ", ".join(f"coalesce({name}, '')" for name in names)
    query = f"select count(*), sum(hash({columns})::hugeint) from "
    built = connection.execute(query + table).fetchall()
    now = connection.execute(
        query + "read_csv(?, header = true, all_varchar = true, delim = ',', quote = '\"')",
        [str(file)],
    ).fetchall()
    return built == now


def _detail(
    breakdown: str, value: str, labels: dict[tuple[str, str], tuple[str, int]]
) -> tuple[str, list[int]]:
    """The French label of a breakdown value, and its place among the others."""
    if not value:
        return "", []
    found = [
        labels.get((kind, one), (one, 0))
        for kind, one in zip(breakdown.split(" x "), value.split(" x "), strict=False)
    ]
    return ", ".join(label for label, _ in found), [order for _, order in found]
