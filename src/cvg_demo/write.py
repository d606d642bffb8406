"""`cvg demo`: the five synthetic exports as files, once or many times over."""

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cvg_demo.partners import partner_tables
from cvg_demo.people import people_tables
from cvg_warehouse.contracts.exports import EXPORTS, consolidated_columns
from cvg_warehouse.terminal import Refusal, shown

Row = dict[str, str]

IDENTIFIERS = ("id_salarie", "id_parcours", "chantier", "id_action", "id_atelier")
SOURCE = "fichier_source"


def write_demo(
    folder: Path, scale: int, seed: int, copied: Callable[[], None] = lambda: None
) -> dict[str, int]:
    """Write the exports and return how many rows each has.

    At scale N there are N of every person, pathway, worksite, action and session, so that every
    share stays. `copied` is called after each of the N copies.
    """
    if scale < 1:
        raise Refusal(f"--scale {scale}: at least 1 is needed")
    with _all_or_nothing(folder) as unfinished:
        salaries, sorties, follow_ups = people_tables(seed)
        actions, sessions = partner_tables(salaries, sorties, seed)
        tables = dict(zip(EXPORTS, (salaries, sorties, actions, sessions, follow_ups), strict=True))
        for export in tables:
            with (unfinished / f"{export}.csv").open("w", encoding="utf-8", newline="") as file:
                _writer(export, file).writeheader()
        for copy in range(1, scale + 1):
            for export, rows in tables.items():
                with (unfinished / f"{export}.csv").open("a", encoding="utf-8", newline="") as file:
                    _writer(export, file).writerows(_copies(rows, copy, scale))
            copied()
    return {export: len(rows) * scale for export, rows in tables.items()}


def _writer(export: str, file: object) -> csv.DictWriter:
    names = [column.name for column in consolidated_columns(export)]
    return csv.DictWriter(file, names, lineterminator="\n")


def _copies(rows: list[Row], copy: int, scale: int) -> Iterator[Row]:
    """The rows of one copy: the first keeps its identifiers, the others get their own."""
    suffix = f"-x{copy}" if copy > 1 else ""
    source = f"demo-x{scale}/{copy}/" if scale > 1 else "demo/"
    for row in rows:
        own = {name: row[name] + suffix for name in IDENTIFIERS if row.get(name)}
        yield row | own | {SOURCE: source + row[SOURCE].removeprefix("demo/")}


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[Path]:
    """A folder for unfinished files, which are moved to theirs when all are written."""
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    if folder.exists() and not folder.is_dir():
        raise Refusal(f"--out {shown(folder)}: a file has this name; name a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        try:
            yield unfinished
            for file in sorted(unfinished.iterdir()):
                file.replace(folder / file.name)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise Refusal(f"--out {shown(folder)}: cannot be written ({error.strerror})") from None
