"""Processor time of `make build`, an earlier revision against this one, in one run.

    python -m bench.against REVISION [--runs 3]

The earlier revision is taken out of git into target/bench/against and runs in this environment, on
the exports that it ships. Builds of the two alternate; a first one of each, which has to parse all
of dbt's project, is not counted. Times are of the processor, user and system, of a build and all
its children: they depend less on the machine's other work than seconds do, and their ratio least.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.table import Table

from bench.run import BENCH, PROJECT, Run, console, measure

HOME = BENCH / "against"
BUILD = [sys.executable, "-c", "from cvg_warehouse.cli import app; app()", "build"]
# what is measured -> whether the build is published
PARTS = {"cvg build, without publication": "no", "cvg build, with publication": "yes"}
Times = dict[str, list[float]]


def check_out(revision: str) -> Path:
    """A new folder with the files of a revision; refused in one line where git does not know it."""
    git = ["git", "-C", str(PROJECT)]
    named = subprocess.run(
        [*git, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"],
        capture_output=True,
        text=True,
    )
    if named.returncode:
        raise _refusal(f"{revision}: git knows no such revision here; make bench BASE=REVISION")
    folder = HOME / named.stdout.strip()[:12]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    archive = subprocess.run(
        [*git, "archive", named.stdout.strip()], capture_output=True, check=True
    )
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    return folder


def build(project: Path, publishes: str) -> Run:
    """One build of a checked-out project, with a warehouse and editions of its own."""
    made = HOME / f"{project.name}-made"
    # A second edition of the same warehouse would be no work.
    shutil.rmtree(made / "editions", ignore_errors=True)
    unset = {"CVG_EXPORTS", "DBT_TARGET_PATH", "DBT_LOG_PATH"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {
        "PYTHONPATH": str(project / "src"),
        "CVG_WAREHOUSE": str(made / "cvg.duckdb"),
        "CVG_EDITIONS": str(made / "editions"),
        "CVG_PUBLISH": publishes,
    }
    return measure(BUILD, environment, project)


def compare(earlier: Path, runs: int) -> dict[str, Times]:
    """Processor seconds of each build, by part: `earlier` and `now`."""
    projects = {"earlier": earlier, "now": PROJECT}
    for which, project in projects.items():
        first = build(project, "no")
        if first.status:
            said = " ".join(first.output.split()[-30:])
            whose = f"{earlier.name} does not build here" if which == "earlier" else "no build"
            raise _refusal(f"{whose} (exit status {first.status}): {said}")
    found: dict[str, Times] = {part: {which: [] for which in projects} for part in PARTS}
    for number in range(runs):
        for part, publishes in PARTS.items():
            console.print(f"{part}: run {number + 1} of {runs}", style="dim")
            for which, project in projects.items():
                run = build(project, publishes)
                if run.status:
                    raise _refusal(f"{part}, {which}: exit status {run.status}")
                found[part][which].append(run.cpu)
    return found


def _refusal(reason: str) -> typer.Exit:
    print(reason, file=sys.stderr)
    return typer.Exit(1)


def main(
    revision: Annotated[str, typer.Argument(help="What this state is measured against.")],
    runs: Annotated[int, typer.Option(help="Runs that each median is taken of.", min=1)] = 3,
) -> None:
    """Measure, print a table, and write target/bench/against.json."""
    found = compare(check_out(revision), runs)
    table = Table(title=f"Processor seconds, {revision} against this state (medians of {runs})")
    for heading in ("", "earlier", "now", "now / earlier"):
        table.add_column(heading, justify="right" if heading else "left")
    for part, times in found.items():
        earlier, now = median(times["earlier"]), median(times["now"])
        table.add_row(part, f"{earlier:.1f}", f"{now:.1f}", f"{now / earlier:.2f}")
    console.print(table)
    (BENCH / "against.json").write_text(json.dumps({"revision": revision, **found}, indent=2))


if __name__ == "__main__":
    typer.run(main)
