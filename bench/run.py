"""`make bench`: times and memory of the warehouse, as ratios from one run.

Every figure is the median of several runs, each in a process of its own. Nothing here is asserted
in tests: times depend on the machine, ratios much less. Data and results lie in `target/bench`.

    python -m bench [--quick] [--runs 3] [--data FOLDER]
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

PROJECT = Path(__file__).resolve().parents[1]
MODELS = PROJECT / "models"
BENCH = PROJECT / "target" / "bench"
EXPORTS = ("salaries", "sorties", "actions", "ateliers", "suivi_post_sortie")
SECONDS_AT_1 = 15.0
TIMES_AT_100 = 12.0
PEAK_GB = 4.0

# The themes that the Bilan was first made for; what rules and marts hold beyond is not the spine.
SPINE = ("exits", "housing", "health", "pathways")
TIMES_THE_SPINE = 2.0

console = Console()


@dataclass(frozen=True)
class Run:
    """One measured process; `cpu` is in seconds, its own and the system's for it."""

    seconds: float
    cpu: float
    peak_gb: float
    status: int
    output: str


@dataclass
class Scale:
    """Medians at one scale; `cells` and `differing` are those of the cell-by-cell comparison."""

    scale: int
    build: float
    spine: float
    build_peak_gb: float
    build_status: int
    direct: dict[str, float]
    polars: dict[str, float]
    polars_peak_gb: float
    comparison: str
    runs: list[float] = field(default_factory=list)


def measure(
    command: Sequence[str], environment: Mapping[str, str] | None = None, folder: Path = PROJECT
) -> Run:
    """Run a command in a folder: its times, memory (both with its children) and output."""
    with tempfile.TemporaryFile("w+") as out:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        # Linux counts in KiB, macOS in bytes
        unit = 1 if sys.platform == "darwin" else 1024
        cpu = usage.ru_utime + usage.ru_stime
        peak_gb = usage.ru_maxrss * unit / 1e9
        return Run(seconds, cpu, peak_gb, process.returncode, out.read())


def exports(scale: int, data: Path) -> Path:
    """Folder with the demo exports of a scale; made once, then reused."""
    folder = data / f"scale_{scale}"
    if not all((folder / f"{name}.csv").is_file() for name in EXPORTS):
        folder.mkdir(parents=True, exist_ok=True)
        command = [_tool("cvg"), "demo", "--out", str(folder), "--scale", str(scale)]
        made = measure(command)
        if made.status:
            raise typer.Exit(_fail(f"cvg demo --scale {scale} failed", made))
    return folder


def beyond_the_spine() -> list[str]:
    """dbt's selectors of the rules and marts of other themes, and of the counts by worksite."""
    files = (file for layer in ("rules", "marts") for file in (MODELS / layer).glob("*.sql"))
    models = (file.stem for file in files if file.stem.partition("_")[2] not in SPINE)
    return [*sorted(models), "agg_worksite_*"]


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _fail(message: str, run: Run) -> int:
    console.print(f"[red]{message}[/red]\n{run.output[-2000:]}", highlight=False)
    return 1


def _last_json(run: Run, what: str) -> dict[str, float]:
    if run.status:
        raise typer.Exit(_fail(f"{what} failed", run))
    return json.loads(run.output.strip().splitlines()[-1])


def _medians(found: list[dict[str, float]]) -> dict[str, float]:
    return {key: median(each[key] for each in found) for key in found[0]}


def bench_scale(scale: int, runs: int, data: Path) -> Scale:
    """Build, direct run, polars and comparison at one scale."""
    folder = exports(scale, data)
    work = BENCH / f"scale_{scale}"
    shutil.rmtree(work, ignore_errors=True)
    (work / "direct").mkdir(parents=True)
    warehouse = work / "cvg.duckdb"
    target = work / "target"
    environment = {
        "CVG_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(target),
        "CVG_EXPORTS": str(folder),
        "DBT_LOG_PATH": str(work / "logs"),
        "CVG_PUBLISH": "no",
    }
    parse = measure([_tool("dbt"), "parse"], environment)  # so that no run has to parse anew
    if parse.status:
        raise typer.Exit(_fail("dbt parse failed", parse))
    builds, spines, directs, polars = [], [], [], []
    build = [_tool("dbt"), "build", "--exclude-resource-type", "unit_test"]
    for number in range(runs):
        console.print(f"scale {scale}: run {number + 1} of {runs}", style="dim")
        warehouse.unlink(missing_ok=True)
        builds.append(measure(build, environment))
        if not warehouse.exists():
            raise typer.Exit(_fail("dbt build made no warehouse", builds[-1]))
        again = work / "direct" / warehouse.name
        again.unlink(missing_ok=True)
        python = [sys.executable, "-m"]
        directs.append(measure([*python, "bench.direct", str(target), str(again)]))
        polars.append(measure([*python, "tests.oracle.reference", str(folder)]))
        # last, because the direct run follows what dbt compiled last
        spines.append(measure([*build, "--exclude", *beyond_the_spine()], environment))
    compared = measure([*python, "tests.oracle.compare", str(warehouse), str(folder)])
    return Scale(
        scale=scale,
        build=median(build.seconds for build in builds),
        spine=median(spine.seconds for spine in spines),
        build_peak_gb=median(build.peak_gb for build in builds),
        build_status=max(build.status for build in builds),
        direct=_medians([_last_json(run, "bench.direct") for run in directs]),
        polars=_medians([_last_json(run, "tests.oracle.reference") for run in polars]),
        polars_peak_gb=median(run.peak_gb for run in polars),
        comparison=compared.output.strip(),
        runs=[build.seconds for build in builds],
    )


def ratio_table(found: list[Scale]) -> Table:
    """Ratios of dbt to the same SQL, and of `mart_indicators` to polars."""
    table = Table(title="Ratios (medians of the same run)")
    for heading in ("", *(f"scale {one.scale}" for one in found)):
        table.add_column(heading, justify="left" if not heading else "right")

    def row(label: str, cells: list[str]) -> None:
        table.add_row(label, *cells)

    def ratio(upper: float, lower: float) -> str:
        return f"{upper:.2f} s / {lower:.2f} s = {upper / lower:.1f}"

    row(
        "dbt build / its SQL in one connection (seeds, models, tests)",
        [ratio(s.build, s.direct["seeds"] + s.direct["models"] + s.direct["tests"]) for s in found],
    )
    row(
        "dbt build / seeds and models only",
        [ratio(s.build, s.direct["seeds"] + s.direct["models"]) for s in found],
    )
    row(
        f"dbt build / its spine, exits to pathways (limit {TIMES_THE_SPINE:.0f})",
        [ratio(s.build, s.spine) for s in found],
    )
    row(
        "mart_indicators from the files, DuckDB / polars",
        [ratio(s.direct["mart_from_files"], s.polars["read"] + s.polars["cells"]) for s in found],
    )
    row(
        "mart_indicators and its agg_* only, DuckDB / polars without reading",
        [ratio(s.direct["mart_counting"], s.polars["cells"]) for s in found],
    )
    row("cell by cell", [s.comparison.splitlines()[0] for s in found])
    return table


def scale_table(found: list[Scale]) -> Table:
    """`dbt build` at each scale beside the limits of the issue."""
    table = Table(title="dbt build by scale")
    for heading in ("scale", "seconds", "times scale 1", "limit", "peak GB", "limit", "status"):
        table.add_column(heading, justify="right")
    first = found[0].build
    limits = {1: f"{SECONDS_AT_1:.0f} s", 100: f"{TIMES_AT_100:.0f} x"}
    for s in found:
        slow = (s.scale == 1 and s.build > SECONDS_AT_1) or (
            s.scale == 100 and s.build > TIMES_AT_100 * first
        )
        high = s.build_peak_gb > PEAK_GB
        table.add_row(
            str(s.scale),
            f"{s.build:.1f}",
            f"{s.build / first:.1f}",
            limits.get(s.scale, ""),
            f"{s.build_peak_gb:.2f}",
            f"{PEAK_GB:.0f}",
            "ok" if not s.build_status else f"dbt exit {s.build_status}",
            style="red" if slow or high or s.build_status else None,
        )
    return table


def main(
    quick: Annotated[bool, typer.Option(help="Leave scale 100 out.")] = False,
    runs: Annotated[int, typer.Option(help="Runs that each median is taken of.", min=1)] = 3,
    data: Annotated[
        Path, typer.Option(help="Folder of the exports, one subfolder scale_N per scale.")
    ] = BENCH / "exports",
) -> None:
    """Measure, print two tables, and write target/bench/result.json."""
    scales = (1, 10) if quick else (1, 10, 100)
    found = [bench_scale(scale, runs, data.resolve()) for scale in scales]
    console.print(ratio_table(found), scale_table(found))
    for one in found:
        if len(one.comparison.splitlines()) > 1:
            console.print(f"scale {one.scale}: {one.comparison}", highlight=False)
    result = BENCH / "result.json"
    result.write_text(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
    console.print(f"Result: {result.relative_to(PROJECT)}")
