"""`make bench`: times and memory of the warehouse, as ratios from one run.

Every run is a process of its own. Nothing here is asserted in tests: times depend on the machine,
ratios much less. Data and results lie in `target/bench`; `bench.page` writes the page of docs.

    python -m bench [--scale 1 --scale 10] [--runs 5] [--data FOLDER] [--page]
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Annotated

import duckdb
import typer
from rich.console import Console

PROJECT = Path(__file__).resolve().parents[1]
MODELS = PROJECT / "models"
BENCH = PROJECT / "target" / "bench"
EXPORTS = ("salaries", "sorties", "actions", "ateliers", "suivi_post_sortie")
SCALES = (1, 10, 100)
# Polars keeps all of it in memory, pandas too: 8 GB at this scale.
SCRIPTS_UP_TO = 100
# In one process of one machine; measured where it is installed (docs/spark.md).
SPARK_UP_TO = 10
SLOWEST = 12

# The themes that the Bilan was first made for; what rules and marts hold beyond is not the spine.
SPINE = ("exits", "housing", "health", "pathways")

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
class Contestant:
    """Another way to the same figures: medians of its runs."""

    seconds: dict[str, float]
    peak_gb: float
    compared: str = ""
    """How many cells of `mart_indicators` it has, and how many of them differ."""


@dataclass
class Scale:
    """What one scale took: seconds and GB of each run, or medians where it says so."""

    scale: int
    rows: dict[str, int]
    exports_gb: float
    warehouse_gb: float = 0
    parse: list[float] = field(default_factory=list)
    """`dbt parse` from nothing, before each build."""
    build: list[float] = field(default_factory=list)
    build_peak_gb: list[float] = field(default_factory=list)
    build_status: int = 0
    spine: list[float] = field(default_factory=list)
    slowest: dict[str, float] = field(default_factory=dict)
    """Seconds of the steps of the last build that took longest."""
    contestants: dict[str, Contestant] = field(default_factory=dict)


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


def _contestant(name: str, runs: list[Run]) -> Contestant:
    found = [_last_json(run, name) for run in runs]
    seconds = {key: median(each[key] for each in found) for key in found[0]}
    return Contestant(seconds, median(run.peak_gb for run in runs))


def bench_scale(scale: int, runs: int, data: Path) -> Scale:
    """Build, and up to `SCRIPTS_UP_TO` its SQL alone and the scripts, each in turn."""
    folder = exports(scale, data)
    work = BENCH / f"scale_{scale}"
    shutil.rmtree(work, ignore_errors=True)
    (work / "direct").mkdir(parents=True)
    warehouse, target = work / "cvg.duckdb", work / "target"
    environment = {
        "CVG_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(target),
        "CVG_EXPORTS": str(folder),
        "DBT_LOG_PATH": str(work / "logs"),
        "CVG_PUBLISH": "no",
    }
    size = sum((folder / f"{name}.csv").stat().st_size for name in EXPORTS) / 1e9
    found = Scale(scale, {}, size)
    build = [_tool("dbt"), "build", "--exclude-resource-type", "unit_test"]
    python = [sys.executable, "-m"]
    direct = [*python, "bench.direct", str(target), str(work / "direct" / warehouse.name)]
    scripts = {
        "polars": [*python, "tests.oracle.reference", str(folder)],
        "pandas": [*python, "bench.with_pandas", str(folder)],
    }
    others: dict[str, list[Run]] = {}
    for number in range(runs):
        console.print(f"scale {scale}: run {number + 1} of {runs}", style="dim")
        shutil.rmtree(target, ignore_errors=True)
        parse = measure([_tool("dbt"), "parse"], environment)
        if parse.status:
            raise typer.Exit(_fail("dbt parse failed", parse))
        found.parse.append(parse.seconds)
        warehouse.unlink(missing_ok=True)
        built = measure(build, environment)
        if not warehouse.exists():
            raise typer.Exit(_fail("dbt build made no warehouse", built))
        found.build.append(built.seconds)
        found.build_peak_gb.append(built.peak_gb)
        found.build_status = max(found.build_status, built.status)
        found.slowest = _slowest(target)
        if scale > SCRIPTS_UP_TO:
            continue
        (work / "direct" / warehouse.name).unlink(missing_ok=True)
        for name, command in {"its SQL alone": direct, **scripts}.items():
            others.setdefault(name, []).append(measure(command, environment))
        # last, because the direct run follows what dbt compiled last
        spine = [*build, "--exclude", *beyond_the_spine()]
        found.spine.append(measure(spine, environment).seconds)
    if scale <= SPARK_UP_TO and (Path(sys.prefix) / "spark").exists():
        on_spark = [*python, "bench.spark", str(folder), str(warehouse), str(work / "spark")]
        others["spark"] = [measure(on_spark, environment)]
    found.contestants = {name: _contestant(name, all_runs) for name, all_runs in others.items()}
    if others:
        compare = {
            "polars": [*python, "tests.oracle.compare", str(warehouse), str(folder)],
            "pandas": [*scripts["pandas"], "--warehouse", str(warehouse)],
        }
        for name, command in compare.items():
            found.contestants[name].compared = _compared(measure(command, environment))
        if "spark" in others:
            found.contestants["spark"].compared = _compared(others["spark"][0])
    found.warehouse_gb = warehouse.stat().st_size / 1e9
    found.rows = _rows(warehouse)
    return found


def _slowest(target: Path) -> dict[str, float]:
    results = json.loads((target / "run_results.json").read_text())["results"]
    longest = sorted(results, key=lambda one: one["execution_time"], reverse=True)[:SLOWEST]
    return {one["unique_id"].split(".")[2]: one["execution_time"] for one in longest}


def _rows(warehouse: Path) -> dict[str, int]:
    with duckdb.connect(warehouse, read_only=True) as connection:
        return {
            name: connection.execute(f"select count(*) from stg_exports__{name}").fetchall()[0][0]
            for name in EXPORTS
        }


def _compared(run: Run) -> str:
    """`5520 cells, 0 differ`, as each of them says it."""
    return next((line for line in run.output.splitlines() if " differ" in line), "not compared")


def main(
    scale: Annotated[
        list[int] | None, typer.Option(help="A scale of the demo; may be given several times.")
    ] = None,
    runs: Annotated[
        int, typer.Option(help="Runs of each scale up to 100; one of a larger one.", min=1)
    ] = 5,
    data: Annotated[
        Path, typer.Option(help="Folder of the exports, one subfolder scale_N per scale.")
    ] = BENCH / "exports",
    page: Annotated[bool, typer.Option(help="Write docs/performance.md and its plot.")] = False,
) -> None:
    """Measure, write target/bench/result.json, and print what docs/performance.md would say."""
    found = [
        bench_scale(one, runs if one <= SCRIPTS_UP_TO else 1, data.resolve())
        for one in sorted(scale or SCALES)
    ]
    BENCH.mkdir(parents=True, exist_ok=True)
    result = BENCH / "result.json"
    measured = {"on": str(date.today()), "machine": _machine()}
    scales = [asdict(one) for one in found]
    text = json.dumps(measured | {"scales": scales}, indent=2, ensure_ascii=False)
    result.write_text(text, encoding="utf-8")
    console.print(f"Result: {result.relative_to(PROJECT)}")
    run_page = [sys.executable, "-m", "bench.page", str(result), *(["--write"] if page else [])]
    subprocess.run(run_page, cwd=PROJECT, check=True)


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    versions = ", ".join(f"{name} {version(name)}" for name in ("dbt-core", "duckdb", "polars"))
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, {versions}"
    )
