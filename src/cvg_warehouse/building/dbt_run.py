"""Runs `dbt build` in this process: quiet, with progress, and with a log that holds no value.

dbt prints the values that a query stumbled over on the terminal, in `dbt.log` and in
`run_results.json`; none of the three is written here.
"""

import contextlib
import gc
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import duckdb

from cvg_warehouse.building.slice import BEFORE, attach
from cvg_warehouse.building.steps import Finding, Step
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.terminal import Bar, Refusal, progress

# Unit tests say nothing of the data: they are for who changes a model, and run in `make test`.
WITHOUT_UNIT_TESTS = ["--exclude-resource-type", "unit_test"]
# A slice takes the lists and all that is made of them alone from the warehouse before.
MADE_OF_EXPORTS = ["--select", *EXPORTS, "path:models/staging/exports+"]
# Python's own is 700: dbt makes that many objects for a query, and keeps most of them.
OBJECTS_PER_COLLECTION = 200_000
QUIETLY = [
    *("--quiet", "--no-print", "--no-write-json", "--no-send-anonymous-usage-stats"),
    *("--no-use-colors", "--log-level", "none", "--log-level-file", "none"),
]
# In dbt each command has its own class of results, and each sort of node one of its own.
DbtResult: TypeAlias = Any
DbtNode: TypeAlias = Any
DbtEvent: TypeAlias = Any
# What DuckDB says of the SQL itself names tables and columns; what it says of data quotes values.
ERRORS_WITHOUT_VALUES = ("Binder", "Catalog", "Dependency", "IO", "Out of Memory", "Parser")
# Column, type in the model, type in its contract, and how they differ; the first row is the header.
CONTRACT_ROW = re.compile(r"\| (\w+) +\| (.*?) *\| (.*?) *\| (.+?) *\|")
DATABASE_ERROR = re.compile(r"([A-Z][A-Za-z ]*) Error: ")


def dbt_build(
    exports: Path, form: str, warehouse: Path, scratch: Path, before: Path | None = None
) -> list[Step]:
    """Build and check all tables in `warehouse` and say how each step went.

    With `before`, a warehouse, `warehouse` is the slice of what changed since it was built
    (`slice.py`). `scratch` keeps dbt's parsed project for the next build, its compiled SQL and
    `build.log`.
    """
    gc.set_threshold(OBJECTS_PER_COLLECTION)
    with progress("Building") as bar:
        # dbt takes seconds to import; who only asks for help should not wait for it.
        from dbt.cli.main import dbtRunner

        where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        scratches = ["--target-path", str(scratch), "--log-path", str(scratch)]
        settings = {"CVG_EXPORTS": str(exports), "CVG_EXPORTS_FORMAT": form}
        # The file is a new one already; it is published from its own place, once it is there.
        with _environment(
            **settings,
            CVG_WAREHOUSE=str(warehouse),
            CVG_BUILT_BEFORE=str(before or ""),
            CVG_BESIDE="no",
            CVG_PUBLISH="no",
        ):
            build = ["build", *WITHOUT_UNIT_TESTS, *where, *scratches, *QUIETLY]
            build += MADE_OF_EXPORTS if before else []
            run = dbtRunner(callbacks=[shown_on(bar)]).invoke(build)

    if isinstance(run.exception, KeyboardInterrupt):
        raise run.exception
    if run.result is None:
        reason = without_values(str(run.exception))
        raise Refusal(f"dbt could not start: {reason}; try .venv/bin/dbt parse")
    dbt_results: DbtResult = run.result
    steps = _steps(dbt_results.results, warehouse, before)
    log = scratch / "build.log"
    log.write_text("".join(f"{step.seconds:7.1f} s  {step}\n" for step in steps), encoding="utf-8")
    return steps


def shown_on(bar: Bar) -> Callable[[DbtEvent], None]:
    """What hears of a step of dbt, in whichever thread, and shows on the bar which ones run."""
    running: dict[str, str] = {}

    def listen(event: DbtEvent) -> None:
        if event.info.name == "LogStartLine":
            bar.total_is(event.data.total)
        elif event.info.name == "NodeStart":
            step = event.data.node_info
            running[step.unique_id] = step.node_name
            bar.now(tuple(running.values()))
        elif event.info.name == "NodeFinished":
            running.pop(event.data.node_info.unique_id, None)
            bar.now(tuple(running.values()))
            bar.advance()

    return listen


def _steps(results: Sequence[DbtResult], warehouse: Path, before: Path | None) -> list[Step]:
    parents = {r.node.unique_id: set(r.node.depends_on_nodes) for r in results}
    wrong = {_blamed(r.node) for r in results if r.status in ("error", "fail", "runtime error")}
    return [
        Step(
            kind=str(result.node.resource_type),
            name=_readable_name(result.node),
            status=str(result.status),
            failures=result.failures or 0,
            message=without_values(result.message or ""),
            findings=_findings(result, warehouse, before) if result.failures else (),
            seconds=result.execution_time,
            follows=not wrong.isdisjoint(_made_from(result.node, parents)),
        )
        for result in results
    ]


def _blamed(node: DbtNode) -> str:
    """The table that is wrong where a step fails: a generic test is attached to one."""
    return getattr(node, "attached_node", None) or node.unique_id


def _made_from(node: DbtNode, parents: Mapping[str, set[str]]) -> set[str]:
    """All tables that what a step makes or looks at is made from."""
    attached = getattr(node, "attached_node", None)
    looked_at = {attached} if attached else {node.unique_id}
    if node.resource_type == "test" and not attached:
        looked_at = parents[node.unique_id]
    found: set[str] = set()
    ahead = [parent for table in looked_at for parent in parents.get(table, ())]
    while ahead:
        table = ahead.pop()
        if table not in found:
            found.add(table)
            ahead += parents.get(table, ())
    return found - looked_at


def without_values(message: str) -> str:
    """dbt's message in one line, without what DuckDB quotes from the data."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    mismatches = [row for line in lines if (row := CONTRACT_ROW.fullmatch(line))][1:]
    if mismatches:
        told = "; ".join(f"{row[1]}: {row[4]} ({row[2] or row[3]})" for row in mismatches)
        return f"the model and the contract in its YAML differ: {told}"
    # The first of several lines only says which node it is about.
    reason = lines[min(1, len(lines) - 1)] if lines else ""
    database_error = DATABASE_ERROR.match(reason)
    if database_error and database_error[1] not in ERRORS_WITHOUT_VALUES:
        return f"{database_error[1]} Error, caused by a value in the data"
    return reason


def _findings(result: DbtResult, warehouse: Path, before: Path | None) -> tuple[Finding, ...]:
    """Which rules a failing test of several found broken: it gives a row for each."""
    if "rows_against" not in result.node.config.fail_calc:
        return ()
    with duckdb.connect(warehouse) as connection:
        if before:
            attach(connection, before, BEFORE)
        rows = connection.execute(
            f"select rule, rows_against, first_line from ({result.node.compiled_code}) "
            "order by first_line, rule"
        ).fetchall()
    return tuple(Finding(*row) for row in rows)


def _readable_name(node: DbtNode) -> str:
    """A generic test goes by its name, model and column; dbt's own name for it is a hash."""
    test = getattr(node, "test_metadata", None)
    if test is None:
        return node.name
    model = (node.attached_node or node.name).rpartition(".")[2]
    column = f".{node.column_name}" if node.column_name else ""
    return f"{test.name} of {model}{column}"


@contextlib.contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = os.environ.copy()
    os.environ.update(variables)
    try:
        with contextlib.chdir(PROJECT):
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)
