"""`cvg demo`: the five synthetic exports as files, once or many times over."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cvg_demo.exports import SOURCE_FILE, Row, columns
from cvg_demo.partners import partner_tables
from cvg_demo.people import people_tables
from cvg_warehouse.file_formats import Format, turn_into_parquet
from cvg_warehouse.files import unfinished_folder
from cvg_warehouse.terminal import Refusal, shown

IDENTIFIERS = ("id_salarie", "id_parcours", "chantier", "id_action", "id_atelier")


def write_demo(
    folder: Path,
    scale: int,
    seed: int,
    copied: Callable[[], None] = lambda: None,
    form: Format = Format.CSV,
) -> dict[str, int]:
    """Write the exports and return how many rows each has.

    At scale N there are N of every person, pathway, worksite, action and session, so that every
    share stays but that of the network: a partner has N times as many placements. `copied` is
    called after each of the N copies. Files of another format than `form` go.
    """
    if scale < 1:
        raise Refusal(f"--scale {scale}: at least 1 is needed")
    with _all_or_nothing(folder, form) as unfinished:
        tables = demo_tables(seed)
        for export in tables:
            with _opened(unfinished, export, "w") as file:
                _writer(export, file).writeheader()
        for copy in range(1, scale + 1):
            for export, rows in tables.items():
                with _opened(unfinished, export, "a") as file:
                    _writer(export, file).writerows(_copies(rows, copy, scale))
            copied()
        if form is Format.PARQUET:
            for export in tables:
                turn_into_parquet(unfinished / f"{export}.csv")
    return {export: len(rows) * scale for export, rows in tables.items()}


def demo_tables(seed: int) -> dict[str, list[Row]]:
    """The rows by export."""
    salaries, sorties, follow_ups = people_tables(seed)
    actions, sessions = partner_tables(salaries, sorties, seed)
    return dict(zip(columns(), (salaries, sorties, actions, sessions, follow_ups), strict=True))


def _opened(folder: Path, export: str, mode: str) -> IO[str]:
    return (folder / f"{export}.csv").open(mode, encoding="utf-8", newline="")


def _writer(export: str, file: IO[str]) -> "csv.DictWriter[str]":
    return csv.DictWriter(file, columns()[export], lineterminator="\n")


def _copies(rows: list[Row], copy: int, scale: int) -> Iterator[Row]:
    """The rows of one copy: the first keeps its identifiers, the others get their own."""
    suffix = f"-x{copy}" if copy > 1 else ""
    source = f"demo-x{scale}/{copy}/" if scale > 1 else "demo/"
    for row in rows:
        own = {name: row[name] + suffix for name in IDENTIFIERS if row.get(name)}
        yield row | own | {SOURCE_FILE: source + row[SOURCE_FILE].removeprefix("demo/")}


@contextmanager
def _all_or_nothing(folder: Path, form: Format) -> Iterator[Path]:
    """A folder for unfinished files, which are moved to theirs when all are written."""
    if folder.exists() and not folder.is_dir():
        raise Refusal(f"--out {shown(folder)}: a file has this name; name a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with unfinished_folder(folder) as unfinished:
            yield unfinished
            for file in sorted(unfinished.iterdir()):
                file.replace(folder / file.name)
                for other in form.others:
                    (folder / f"{file.stem}.{other}").unlink(missing_ok=True)
    except OSError as error:
        raise Refusal(f"--out {shown(folder)}: cannot be written ({error.strerror})") from None
