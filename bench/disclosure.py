"""Time and memory of the public edition's masks and their proof, and how much is masked.

    python -m bench.disclosure [WAREHOUSE] [--seed SEED] [--scale SCALE]

Without a warehouse, the demo is built in `target/bench/disclosure`; with a seed or a scale another
one, which no print is about. The control is the same edition without secondary masks: its proof has
to fail.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Annotated, NamedTuple

import duckdb
import numpy as np
import scipy.sparse as sp
import typer

from bench.run import BENCH, PROJECT, measure
from cvg_warehouse.publication.disclosure import protect_warehouse
from cvg_warehouse.publication.disclosure.proof import prove
from cvg_warehouse.publication.disclosure.publication import control_of
from cvg_warehouse.publication.disclosure.reading import read_grid
from cvg_warehouse.publication.disclosure.rules import load_rules


class Demo(NamedTuple):
    """Which synthetic exports."""

    seed: int
    scale: int


SHIPPED = Demo(2024, 1)
SECONDS = 90.0
CORES = 2
CHILD = "CVG_BENCH_CHILD"


def main(
    warehouse: Annotated[Path | None, typer.Argument()] = None,
    seed: int = SHIPPED.seed,
    scale: int = SHIPPED.scale,
) -> None:
    """Measure, print, and write the figures to target/bench/disclosure.json."""
    warehouse = warehouse or _demo(Demo(seed, scale))
    if CHILD in os.environ:
        print(json.dumps(_protect(warehouse)))
        return
    run = measure([sys.executable, "-m", "bench.disclosure", str(warehouse)], {CHILD: "1"})
    if run.status:
        sys.exit(run.output)
    found = json.loads(run.output.strip().splitlines()[0])
    found |= {"peak_gb": run.peak_gb, "exposed_without_secondary_masks": _control(warehouse)}
    BENCH.mkdir(parents=True, exist_ok=True)
    (BENCH / "disclosure.json").write_text(json.dumps(found, indent=2) + "\n")
    share = found["seconds"] / SECONDS
    print(
        f"masks and proof: {found['seconds']:.0f} s on {os.cpu_count()} cores, {share:.2f} of the "
        f"limit ({SECONDS:.0f} s on {CORES}), {found['processor_seconds']:.0f} s of their time; "
        f"peak of the largest process {run.peak_gb:.2f} GB"
    )
    print(
        f"{found['masked']:,} of {found['cells']:,} cells masked, {found['left_out']:,} left out; "
        f"{found['recoverable']} recoverable, {found['known_anyway']:,} known anyway to a reader; "
        f"without secondary masks {found['exposed_without_secondary_masks']:,} are"
    )
    sys.exit(found["recoverable"] > 0)


def _demo(demo: Demo) -> Path:
    folder = BENCH / "disclosure" / f"{demo.seed}-{demo.scale}"
    warehouse, exports = folder / "cvg.duckdb", PROJECT / "seeds" / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    cvg = str(Path(sys.executable).with_name("cvg"))
    if demo != SHIPPED:
        exports = folder / "exports"
        numbers = ["--seed", str(demo.seed), "--scale", str(demo.scale)]
        _run([cvg, "demo", *numbers, "--out", str(exports)])
    places = {"CVG_WAREHOUSE": str(warehouse), "CVG_EXPORTS": str(exports)}
    _run([cvg, "build", "--no-publish"], places)
    return warehouse


def _run(command: list[str], variables: dict[str, str] | None = None) -> None:
    run = measure(command, variables or {})
    if run.status:
        sys.exit(run.output)


def _protect(warehouse: Path) -> dict[str, float]:
    with duckdb.connect(warehouse, read_only=True) as connection:
        start = time.perf_counter()
        protected = protect_warehouse(connection)
        seconds = time.perf_counter() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "seconds": seconds,
        "processor_seconds": sum(one.ru_utime + one.ru_stime for one in used),
        "cells": protected.cells,
        "masked": protected.masked_cells,
        "left_out": protected.left_out.height,
        "known_anyway": len({one._replace(reader="") for one in protected.known_anyway}),
        "recoverable": protected.recoverable_cells,
    }


def _control(warehouse: Path) -> int:
    with duckdb.connect(warehouse, read_only=True) as connection:
        control = control_of(read_grid(connection, load_rules()), connection, None)
    found = 0
    for year in control.years:
        _, system, plan, (anybody, *_) = control.year(year)
        shown, needed = plan.shown(plan.sensitive), plan.sensitive | plan.guarded
        nothing = sp.csc_array((len(plan.counts), 0), dtype=np.int64)
        exposed = prove(system, plan, [anybody], shown, needed, nothing, control.grid.rules.reach)
        found += sum(len(one.cells) for one in exposed)
    return found


if __name__ == "__main__":
    typer.run(main)
