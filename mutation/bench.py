"""Draws mutants, tries them on warehouses that were built once, and says what noticed each."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import TypeVar

from bench.direct import seed_sql

from cvg_warehouse.building.check_exports import check_exports
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import PROJECT, SHIPPED_EXPORTS
from cvg_warehouse.terminal import Refusal, progress
from mutation import data_mutants, sql_mutants
from mutation.compiled import Compiled, build
from mutation.data_mutants import DataMutant
from mutation.known import EQUIVALENT, KNOWN
from mutation.sql_mutants import SqlMutant
from mutation.trial import Meaningless, Trials, Verdict, unit_test_passes

HOME = PROJECT / "target" / "mutation"
INDICATORS = "mart_indicators"
Mutant = TypeVar("Mutant")


@dataclass(frozen=True)
class Result:
    """What became of a mutant."""

    label: str
    caught_by: tuple[str, ...]
    caught_by_print: tuple[str, ...] = ()
    """Tests that compare with the printed report."""
    moves_indicators: bool = True
    is_equivalent: bool = False
    reason: str = ""
    """Why nothing noticed it."""


@dataclass(frozen=True)
class Found:
    """The results of a run."""

    seed: int
    data: tuple[Result, ...]
    sql: tuple[Result, ...]


def run(seed: int, data: int, sql: int) -> Found:
    """Build two unchanged warehouses, draw the mutants and try them.

    As in the programme's life, the newest year is built for the first time: there is an edition of
    the years before it.
    """
    other = HOME / f"exports-{seed}"
    _cvg("demo", "--out", str(other), "--seed", str(seed))
    os.environ["CVG_EDITIONS"] = str(HOME / "editions")
    _publish_years_before(other)
    with progress("Building the unchanged warehouses") as bar, ThreadPoolExecutor() as pool:
        bar.total_is(2)
        builds = {
            "other": pool.submit(build, other, HOME / "other"),
            "shipped": pool.submit(build, SHIPPED_EXPORTS, HOME / "shipped"),
        }
        for ready in builds.values():
            ready.result()
            bar.advance()
    found = Found(
        seed,
        try_data(builds["other"].result(), seed, data),
        try_sql(builds["shipped"].result(), seed, sql),
    )
    result = json.dumps(asdict(found), indent=2, ensure_ascii=False)
    (HOME / "result.json").write_text(result, encoding="utf-8")
    return found


def try_data(unchanged: Compiled, seed: int, number: int) -> tuple[Result, ...]:
    """Try the fixed kinds of faults in data, and as many drawn ones."""
    exports = data_mutants.read(unchanged.exports)
    mutants = [
        *(DataMutant(label, change(exports)) for label, change in data_mutants.fixed().items()),
        *islice(data_mutants.drawn(exports, Random(seed)), number),
    ]
    trial = partial(try_data_mutant, Trials(unchanged))
    return tuple(_in_parallel("Data mutants", trial, mutants))


def try_sql(unchanged: Compiled, seed: int, number: int) -> tuple[Result, ...]:
    """Try the SQL mutants that once survived, and as many drawn ones."""
    trials = Trials(unchanged)
    known = (sql_mutants.known(unchanged, model, old, new) for model, old, new in KNOWN)
    drawn = (
        mutant
        for mutant in sql_mutants.drawn(unchanged, Random(seed))
        if trials.has_meaning(mutant.model, mutant.sql)
    )
    mutants = [*known, *islice(drawn, number)]
    return tuple(_in_parallel("SQL mutants", partial(_try_sql, trials), mutants))


def _in_parallel(
    doing: str, trial: Callable[[Mutant], Result], mutants: Iterable[Mutant]
) -> Iterator[Result]:
    todo = list(mutants)
    # DuckDB and polars work without Python's lock
    with progress(doing) as bar, ThreadPoolExecutor(os.cpu_count()) as pool:
        bar.total_is(len(todo))
        for result in pool.map(trial, todo):
            bar.advance()
            yield result


def try_data_mutant(trials: Trials, mutant: DataMutant) -> Result:
    """Put the changed tables in place of the others, check the files, and all that follows."""
    unchanged = trials.compiled
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for export in set(EXPORTS) - set(mutant.changed):
            (folder / f"{export}.csv").symlink_to(unchanged.exports / f"{export}.csv")
        data_mutants.write(mutant.changed, folder)
        try:
            warnings = check_exports(folder)
        except Refusal as refusal:
            return Result(mutant.label, _told("file check", _without(folder, refusal.lines)))
        verdict = trials.judge(
            {
                export: seed_sql(
                    folder / f"{export}.csv", unchanged.nodes[export].settings["column_types"]
                )
                for export in mutant.changed
            }
        )
    caught_by = _told("file check", _without(folder, warnings)) + _told("error", verdict.by_errors)
    return Result(
        mutant.label,
        caught_by + _told("warning", verdict.by_warnings),
        caught_by_print=tuple(verdict.by_print),
        moves_indicators=INDICATORS in verdict.changed or bool(verdict.by_errors),
        reason=_changes(verdict),
    )


def _try_sql(trials: Trials, mutant: SqlMutant) -> Result:
    failing = [name for name, sql in mutant.unit_tests if not unit_test_passes(sql)]
    if failing:
        return Result(mutant.label, _told("unit test", failing))
    try:
        verdict = trials.judge({mutant.model: mutant.sql})
    except Meaningless as error:
        return Result(mutant.label, (), is_equivalent=True, reason=f"cannot be tried: {error}")
    caught_by = _told("error", verdict.by_errors) + _told("warning", verdict.by_warnings)
    why = next((why for same, why in EQUIVALENT if same.search(mutant.label)), "")
    return Result(
        mutant.label,
        caught_by,
        caught_by_print=tuple(verdict.by_print),
        moves_indicators=INDICATORS in verdict.changed,
        is_equivalent=bool(why) and not caught_by,
        reason=why or _changes(verdict),
    )


def _without(folder: Path, lines: Iterable[str]) -> list[str]:
    """Lines on files, without the folder that these are in for a moment."""
    return [line.replace(f"{folder}/", "") for line in lines]


def _told(kind: str, what: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{kind}: {each}" for each in what)


def _changes(verdict: Verdict) -> str:
    if not verdict.changed:
        return "no row of any table changes with these exports"
    tables = [INDICATORS] if INDICATORS in verdict.changed else verdict.changed
    return f"no check notices what changes in {', '.join(tables)}"


def _publish_years_before(exports: Path) -> None:
    """An edition, in an empty folder, of all years but the newest."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data_mutants.write(data_mutants.without_newest_year(data_mutants.read(exports)), folder)
        shutil.rmtree(HOME / "editions", ignore_errors=True)
        warehouse = str(folder / "warehouse" / "cvg.duckdb")
        _cvg("build", CVG_EXPORTS=name, CVG_WAREHOUSE=warehouse, CVG_PUBLISH="yes")


def _cvg(*arguments: str, **variables: str) -> None:
    command = [str(Path(sys.executable).with_name("cvg")), *arguments]
    subprocess.run(command, env=os.environ | variables, check=True, capture_output=True)
