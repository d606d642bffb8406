"""Identifiers as they were delivered: what a spreadsheet made of them, and which look alike."""

from collections import defaultdict

import polars as pl

from cvg_warehouse.contracts.exports import contract_of
from cvg_warehouse.contracts.text import trimmed
from cvg_warehouse.ingest.layout import columns_of
from cvg_warehouse.ingest.sheets import Place, RawFile, RawSheet
from cvg_warehouse.ingest.values import look_alike_key, wrong_identifier


def identifier_positions(sheet: RawSheet) -> dict[int, str]:
    """Column by position, of the columns that hold somebody's own numbers."""
    columns = columns_of(sheet.header, contract_of(sheet.export))
    return {position: name for position, name in columns.items() if name.startswith("id_")}


def hold_identifiers(file: RawFile) -> None:
    """Note identifiers that look like another one of the file, or whose form is wrong.

    Look-alikes are all held, in whichever sheet they stand: nobody can tell which one is meant.
    Those that become pseudonyms are checked where they do.
    """
    columns: dict[str, list[tuple[RawSheet, int, pl.Series]]] = defaultdict(list)
    for sheet in file.sheets:
        contract = contract_of(sheet.export)
        for position, name in identifier_positions(sheet).items():
            texts = _trimmed(sheet.cells[str(position)])
            columns[name].append((sheet, position, texts))
            if contract[name].treatment != "pseudonym":
                _hold_wrong_forms(sheet, position, texts)
    for found in columns.values():
        _hold_look_alikes(found)


def _trimmed(values: pl.Series) -> pl.Series:
    distinct = values.unique().to_list()
    changed = {value: text for value in distinct if (text := trimmed(value)) != value}
    return values.replace(list(changed), list(changed.values())) if changed else values


def _hold_wrong_forms(sheet: RawSheet, position: int, texts: pl.Series) -> None:
    distinct = texts.unique().to_list()
    wrong = {value: check_id for value in distinct if (check_id := wrong_identifier(value))}
    if wrong:
        sheet.problems += [
            Place(wrong[value], sheet.name, sheet.lines[row], f"#{position}")
            for row, value in enumerate(texts)
            if value in wrong
        ]


def _hold_look_alikes(columns: list[tuple[RawSheet, int, pl.Series]]) -> None:
    """Note each identifier that looks like another one, with the place of that one."""
    keys = _shared_keys(pl.concat([texts for _, _, texts in columns]).unique())
    if not keys:
        return
    found = [
        (value, sheet, position, sheet.lines[row])
        for sheet, position, texts in columns
        for row, value in enumerate(texts)
        if value in keys
    ]
    first: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
    for value, sheet, _, line in found:
        first[keys[value]].setdefault(value, (sheet.name, line))
    for value, sheet, position, line in found:
        name, at = next(place for form, place in first[keys[value]].items() if form != value)
        other = f"{'' if name == sheet.name else name}:{at}"
        sheet.problems.append(
            Place("identifier_look_alike", sheet.name, line, f"#{position}", other)
        )


def _shared_keys(identifiers: pl.Series) -> dict[str, str]:
    """Key by identifier, of those that share theirs with another one."""
    keys = [look_alike_key(identifier) for identifier in identifiers]
    frame = pl.DataFrame({"identifier": identifiers, "key": pl.Series(keys, dtype=pl.String)})
    frame = frame.filter((pl.col("identifier") != "") & pl.len().over("key").gt(1))
    return dict(frame.filter(pl.len().over("key").gt(1)).iter_rows())
