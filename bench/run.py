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
from typing import Annotated

import duckdb
import typer
from rich.console import Console

from cvg_warehouse.building.exports_format import VARIABLE, format_for
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.export_files import files_in
from cvg_warehouse.file_formats import Format

PROJECT = Path(__file__).resolve().parents[1]
MODELS = PROJECT / "models"
BENCH = PROJECT / "target" / "bench"
SCALES = (1, 10, 100)
# Polars keeps all of it in memory, pandas too: 8 GB at this scale.
SCRIPTS_UP_TO = 100
# Larger than this, exports are Parquet, which the build reads in place; the scripts read CSV.
SEEDS_UP_TO = 10
# What the build is given of DuckDB's memory where the default is too little (docs/environment.md).
LARGE = {"CVG_MEMORY": "16GB"}
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
    """Another way to the same figures, measured once."""

    seconds: dict[str, float]
    peak_gb: float | None
    """None where it is another process's: Java's."""
    compared: str = ""
    """How many cells of `mart_indicators` it has, and how many of them differ."""


@dataclass
class Scale:
    """What one scale took: seconds and GB of each run of `cvg build`."""

    scale: int
    rows: dict[str, int]
    exports_gb: float
    warehouse_gb: float = 0
    parse: list[float] = field(default_factory=list)
    """`dbt parse` from nothing, before each build."""
    build: list[float] = field(default_factory=list)
    build_peak_gb: list[float] = field(default_factory=list)
    build_status: int = 0
    incremental: float = 0
    """`cvg build --incremental` after the last of them, with other answers of one worksite."""
    spine: float = 0
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


def exports(scale: int, data: Path, form: Format) -> Path:
    """Folder with the demo exports of a scale; made once, then reused."""
    folder = data / f"scale_{scale}" / form
    if not all(file.is_file() for file in files_in(folder, form).values()):
        folder.mkdir(parents=True, exist_ok=True)
        command = [_tool("cvg"), "demo", "--out", str(folder), "--scale", str(scale)]
        made = measure([*command, "--format", form])
        if made.status:
            raise typer.Exit(_fail(f"cvg demo --scale {scale} failed", made))
    return folder


def other_answers_of_one_worksite(folder: Path, form: Format, changed: Path) -> Path:
    """A folder with the same exports, but for the sex of the people of the largest worksite."""
    shutil.rmtree(changed, ignore_errors=True)
    shutil.copytree(folder, changed)
    file = files_in(folder, form)["salaries"]
    options = "format parquet" if form is Format.PARQUET else "format csv, header"
    duckdb.execute(
        f"""
        create or replace temp table people as
        from {f"'{file}'" if form is Format.PARQUET else f"read_csv('{file}', all_varchar = true)"};
        copy (
            select * replace (
                case when chantier = (select mode(chantier) from people)
                    and annee = (select max(annee) from people)
                    then case sexe when 'F' then 'H' else 'F' end else sexe end as sexe
            ) from people
        ) to '{changed / file.name}' ({options})
        """
    )
    return changed


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


def _contestant(name: str, run: Run) -> Contestant:
    return Contestant(_last_json(run, name), run.peak_gb)


def bench_scale(scale: int, runs: int, data: Path) -> Scale:
    """Build it several times, then once what changed, and up to `SCRIPTS_UP_TO` the scripts."""
    form = Format.CSV if scale <= SEEDS_UP_TO else Format.PARQUET
    folder = exports(scale, data, form)
    work = BENCH / f"scale_{scale}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    warehouse, target = work / "cvg.duckdb", work / "target"
    environment = {
        "CVG_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(target),
        "CVG_EXPORTS": str(folder),
        "DBT_LOG_PATH": str(work / "logs"),
        "CVG_PUBLISH": "no",
        # Plain dbt is told what `cvg build` sees for itself.
        VARIABLE: format_for(folder),
        **(LARGE if scale > SCRIPTS_UP_TO else {}),
    }
    size = sum(file.stat().st_size for file in files_in(folder, form).values()) / 1e9
    found = Scale(scale, {}, size)
    build = [_tool("cvg"), "build"]
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
            raise typer.Exit(_fail("cvg build made no warehouse", built))
        found.build.append(built.seconds)
        found.build_peak_gb.append(built.peak_gb)
        found.build_status = max(found.build_status, built.status)
    found.slowest = _slowest(work / "cvg.build" / "build.log")
    found.warehouse_gb = warehouse.stat().st_size / 1e9
    found.rows = _rows(warehouse)
    if scale <= SCRIPTS_UP_TO:
        console.print(f"scale {scale}: other ways to the same figures", style="dim")
        _measure_others(found, environment, warehouse, target, exports(scale, data, Format.CSV))
    changed = other_answers_of_one_worksite(folder, form, work / "changed")
    # The first one of a warehouse, of which nothing changed, parses the project.
    measure([*build, "--incremental"], environment)
    incremental = measure([*build, "--incremental"], environment | {"CVG_EXPORTS": str(changed)})
    if incremental.status > 1 or "Everything is built" in incremental.output:
        raise typer.Exit(_fail("cvg build --incremental built no slice", incremental))
    found.incremental = incremental.seconds
    return found


def _measure_others(
    found: Scale, environment: Mapping[str, str], warehouse: Path, target: Path, files: Path
) -> None:
    """What the same figures take without dbt, by other means, and the first themes alone."""
    compiled = measure([_tool("dbt"), "compile"], environment)
    if compiled.status:
        raise typer.Exit(_fail("dbt compile failed", compiled))
    scratch = warehouse.parent / "direct"
    python = [sys.executable, "-m"]
    direct = [*python, "bench.direct", str(target), str(scratch / warehouse.name)]
    ways = {
        "its SQL alone": direct,
        "its SQL, calendar years": [*direct, "--years"],
        "polars": [*python, "tests.oracle.reference", str(files)],
        "pandas": [*python, "bench.with_pandas", str(files)],
    }
    for name, command in ways.items():
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        found.contestants[name] = _contestant(name, measure(command, environment))
    shutil.rmtree(scratch)
    if found.scale <= SPARK_UP_TO and (Path(sys.prefix) / "spark").exists():
        work = str(warehouse.parent / "spark")
        run = measure([*python, "bench.spark", str(files), str(warehouse), work], environment)
        seconds = _last_json(run, "spark")
        found.contestants["spark"] = Contestant(seconds, None, _compared(run))
    compare = {
        "polars": [*python, "tests.oracle.compare", str(warehouse), str(files)],
        "pandas": [*ways["pandas"], "--warehouse", str(warehouse)],
    }
    for name, command in compare.items():
        found.contestants[name].compared = _compared(measure(command, environment))
    spine = [_tool("dbt"), "build", "--exclude-resource-type", "unit_test"]
    alone = warehouse.with_name("spine.duckdb")
    elsewhere = {**environment, "CVG_WAREHOUSE": str(alone)}
    found.spine = measure([*spine, "--exclude", *beyond_the_spine()], elsewhere).seconds
    alone.unlink(missing_ok=True)


def _slowest(log: Path) -> dict[str, float]:
    """The first lines of a build's log, by their seconds: `12.3 s  model name: success`."""
    steps = [line.split(maxsplit=2) for line in log.read_text(encoding="utf-8").splitlines()]
    named = {told.partition(": ")[0]: float(seconds) for seconds, _, told in steps}
    return dict(sorted(named.items(), key=lambda step: step[1], reverse=True)[:SLOWEST])


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
    BENCH.mkdir(parents=True, exist_ok=True)
    result = BENCH / "result.json"
    measured = {"on": str(date.today()), "machine": _machine()}
    scales = _scales_before(result, measured)
    for one in sorted(scale or SCALES):
        found = bench_scale(one, runs if one <= SCRIPTS_UP_TO else 1, data.resolve())
        scales[one] = asdict(found)
        by_size = [scales[each] for each in sorted(scales)]
        text = json.dumps(measured | {"scales": by_size}, indent=2, ensure_ascii=False)
        result.write_text(text, encoding="utf-8")
    console.print(f"Result: {result.relative_to(PROJECT)}")
    run_page = [sys.executable, "-m", "bench.page", str(result), *(["--write"] if page else [])]
    subprocess.run(run_page, cwd=PROJECT, check=True)


def _scales_before(result: Path, measured: Mapping[str, str]) -> dict[int, dict[str, object]]:
    """What was measured of other scales on this day and machine: the large ones take an hour."""
    if not result.exists():
        return {}
    before = json.loads(result.read_text(encoding="utf-8"))
    if {name: before[name] for name in measured} != measured:
        return {}
    return {one["scale"]: one for one in before["scales"]}


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    versions = ", ".join(f"{name} {version(name)}" for name in ("dbt-core", "duckdb", "polars"))
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, {versions}"
    )
