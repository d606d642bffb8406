"""The demo exports as the worksites would have sent them: mixed forms, invented people.

One delivery per worksite (or territory's team) and year, each in one of the forms that occur. This
is the one part of the demo that reads the product's contracts and fills in its template, because
its purpose is to try them out.
"""

import csv
from collections.abc import Callable
from pathlib import Path

from cvg_demo.deliveries.forms import FORMS, Delivery, Tables
from cvg_demo.deliveries.invented import InventedPeople
from cvg_demo.exports import SOURCE_FILE, columns
from cvg_warehouse.terminal import Refusal, shown


def new_folder(folder: Path, scale: int) -> Path:
    """The folder for deliveries. Raises Refusal where it holds something, or at another scale."""
    folder = folder.expanduser().resolve()
    if scale != 1:
        raise Refusal(
            f"--deliveries: only at --scale 1 do worksites have declared codes, not {scale}"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refusal(f"--deliveries {shown(folder)}: is not empty; name a new folder")
    return folder


def write_deliveries(
    exports: Path,
    folder: Path,
    total_is: Callable[[int], None] = lambda total: None,
    one_done: Callable[[], None] = lambda: None,
) -> list[Path]:
    """Write the deliveries that give these exports below `folder`/demo/<year>; returns the files.

    `total_is` is called with the number of deliveries, `one_done` after each.
    """
    deliveries = deliveries_of(exports)
    total_is(len(deliveries))
    files = []
    try:
        for number, delivery in enumerate(deliveries):
            place = folder / "demo" / str(delivery.year)
            place.mkdir(parents=True, exist_ok=True)
            files += FORMS[(number + delivery.year) % len(FORMS)](place, delivery)
            one_done()
    except OSError as error:
        reason = error.strerror or "not writable"
        raise Refusal(f"--deliveries {shown(folder)}: cannot be written ({reason})") from None
    return files


def deliveries_of(exports: Path) -> list[Delivery]:
    """The demo exports by sender and year, with identifiers of invented people."""
    people = InventedPeople()
    by_file: dict[tuple[int, str], Tables] = {}
    for export in columns():
        with (exports / f"{export}.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                _, year, name = row[SOURCE_FILE].split("/")
                tables = by_file.setdefault((int(year), name.rsplit(".", 1)[0]), {})
                tables.setdefault(export, []).append(people.as_delivered(export, row))
    return [Delivery(year, stem, tables) for (year, stem), tables in sorted(by_file.items())]
