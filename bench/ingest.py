"""How fast and with how much memory the ingest takes in a year, and one very large file.

The deliveries are made from the demo exports, in `target/bench/ingest`; names are invented.

    python -m bench.ingest
"""

import csv
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import typer

from cvg_warehouse.contracts.exports import EXPORTS

PROJECT = Path(__file__).resolve().parents[1]
EXPORTS_FOLDER = PROJECT / "seeds" / "exports"
BENCH = PROJECT / "target" / "bench" / "ingest"
LINEAGE = ("fichier_source", "feuille_source", "ligne_source")
YEAR = "2024"
LARGE = 300_000
SECONDS_FOR_A_YEAR = 30.0
GB_FOR_A_LARGE_FILE = 1.0
KEY = bytes(range(32)).hex()

Row = dict[str, str]


def main() -> None:
    """Measure and print both, and write the figures to target/bench/ingest.json."""
    shutil.rmtree(BENCH, ignore_errors=True)
    workbooks = make_year(BENCH / "year")
    make_large(BENCH / "large")
    machine = f"{os.cpu_count()} processors, {platform.python_version()}"
    results: dict[str, Any] = {"machine": machine}
    for name, folder, target in (
        (f"{workbooks} workbooks of {YEAR}", "year", f"{SECONDS_FOR_A_YEAR:.0f} s"),
        (f"one file of {LARGE:,} rows", "large", f"{GB_FOR_A_LARGE_FILE:.0f} GB"),
    ):
        seconds, gigabytes, said = measure(BENCH / folder, BENCH / f"{folder}-made" / "exports")
        results[name] = {"seconds": round(seconds, 1), "peak_gb": round(gigabytes, 2)}
        typer.echo(f"{name}: {seconds:.1f} s, {gigabytes:.2f} GB a process (target {target})")
        typer.echo(f"  {said}")
    (BENCH.parent / "ingest.json").write_text(json.dumps(results, indent=1) + "\n")


def make_year(folder: Path) -> int:
    """One workbook for each worksite and each team, as a year is delivered."""
    sheets: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    known = {row["id_parcours"] for row in rows_of("salaries") if row["annee"] == YEAR}
    for export in EXPORTS:
        for source, row in sourced_rows(export):
            if row["annee"] == YEAR and row.get("id_parcours") in (None, "", *known):
                sheets[source][export].append(row)
    folder.mkdir(parents=True)
    for name, exports in sheets.items():
        book = openpyxl.Workbook(write_only=True)
        for export, rows in exports.items():
            sheet = book.create_sheet(export)
            sheet.append(list(rows[0]))
            for row in rows:
                sheet.append([value or None for value in row.values()])
        book.save(folder / f"{name}.xlsx")
    return len(sheets)


def make_large(folder: Path) -> None:
    """One CSV file of salaries, many times the demo's people."""
    folder.mkdir(parents=True)
    people = list(rows_of("salaries"))
    with (folder / "salaries.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*people[0], "nom", "prenom"], delimiter=";")
        writer.writeheader()
        for number in range(LARGE):
            copy, person = number // len(people), people[number % len(people)]
            own = {name: f"{person[name]}-{copy}" for name in ("id_salarie", "id_parcours")}
            names = {"nom": f"Nom {person['id_salarie']}", "prenom": f"Prenom {copy}"}
            writer.writerow(person | own | names)


def rows_of(export: str) -> Iterator[Row]:
    """The demo's rows as a worksite delivers them."""
    for _, row in sourced_rows(export):
        yield row


def sourced_rows(export: str) -> Iterator[tuple[str, Row]]:
    """The demo's rows as a worksite delivers them, each with the name of its workbook."""
    with (EXPORTS_FOLDER / f"{export}.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            source = Path(row["fichier_source"]).stem
            row = {name: value for name, value in row.items() if name not in LINEAGE}
            if (born := row.pop("annee_naissance", None)) is not None:
                row["date_naissance"] = f"01/01/{born}" if born else ""
            yield source, row


def measure(deliveries: Path, out: Path) -> tuple[float, float, str]:
    """Seconds and peak memory in GB of one process that takes them in, and what it said."""
    started = time.monotonic()
    process = subprocess.Popen(
        [Path(sys.executable).with_name("cvg"), "ingest", deliveries, "--out", out],
        env=os.environ | {"CVG_PSEUDONYM_KEY": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise RuntimeError("the ingest did not end")
    (balance,) = (line for line in said.splitlines() if "Data lines" in line)
    return time.monotonic() - started, usage.ru_maxrss / 1e6, " ".join(balance.split())


if __name__ == "__main__":
    typer.run(main)
