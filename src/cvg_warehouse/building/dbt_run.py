"""Runs `dbt build` in this process: quiet, with progress, and with a log that holds no value.

dbt prints the values that a query stumbled over on the terminal, in `dbt.log` and in
`run_results.json`; none of the three is written here.
"""

import contextlib
import gc
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import duckdb

from cvg_warehouse.paths import PROJECT
from cvg_warehouse.terminal import Refusal, progress

# Unit tests say nothing of the data: they are for who changes a model, and run in `make test`.
WITHOUT_UNIT_TESTS = ["--exclude-resource-type", "unit_test"]
# Python's own is 700: dbt makes that many objects for a query, and keeps most of them.
OBJECTS_PER_COLLECTION = 50_000
QUIETLY = [
    *("--quiet", "--no-print", "--no-write-json", "--no-send-anonymous-usage-stats"),
    *("--no-use-colors", "--log-level", "none", "--log-level-file", "none"),
]
# In dbt each command has its own class of results, and each sort of node one of its own.
DbtResult: TypeAlias = Any
DbtNode: TypeAlias = Any
DbtEvent: TypeAlias = Any
MADE = ("model", "seed")
# What DuckDB says of the SQL itself names tables and columns; what it says of data quotes values.
ERRORS_WITHOUT_VALUES = ("Binder", "Catalog", "Dependency", "IO", "Out of Memory", "Parser")
DATABASE_ERROR = re.compile(r"([A-Z][A-Za-z ]*) Error: ")


@dataclass(frozen=True)
class Step:
    """One node of dbt's graph after its run."""

    kind: str
    name: str
    status: str
    failures: int
    message: str
    broken_rules: tuple[str, ...] = ()

    @property
    def made(self) -> bool:
        """The step makes a table, rather than checking one."""
        return self.kind in MADE

    @property
    def went_wrong(self) -> bool:
        """The step itself failed; a step skipped because of another did not."""
        return self.status in ("error", "fail", "runtime error")

    def __str__(self) -> str:
        rows = f" on {self.failures} rows" if self.kind == "test" and self.failures else ""
        rules = f": {', '.join(self.broken_rules)}" if self.broken_rules else ""
        text = f"{self.kind.replace('_', ' ')} {self.name}: {self.status}{rows}{rules}"
        return f"{text}: {self.message}" if self.status == "error" and self.message else text


def dbt_build(exports: Path, warehouse: Path, scratch: Path) -> list[Step]:
    """Build and check all tables in `warehouse` and say how each step went.

    `scratch` keeps dbt's parsed project for the next build, its compiled SQL and `build.log`.
    """
    gc.set_threshold(OBJECTS_PER_COLLECTION)
    with progress("Building") as bar:
        # dbt takes seconds to import; who only asks for help should not wait for it.
        from dbt.cli.main import dbtRunner

        def listen(event: DbtEvent) -> None:
            if event.info.name == "LogStartLine":
                bar.total_is(event.data.total)
            elif event.info.name == "NodeFinished":
                bar.advance()

        where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        scratches = ["--target-path", str(scratch), "--log-path", str(scratch)]
        settings = {"CVG_EXPORTS": str(exports), "CVG_WAREHOUSE": str(warehouse)}
        # The file is a new one already; it is published from its own place, once it is there.
        with _environment(**settings, CVG_BESIDE="no", CVG_PUBLISH="no"):
            build = ["build", *WITHOUT_UNIT_TESTS, *where, *scratches, *QUIETLY]
            run = dbtRunner(callbacks=[listen]).invoke(build)

    if isinstance(run.exception, KeyboardInterrupt):
        raise run.exception
    if run.result is None:
        reason = without_values(str(run.exception))
        raise Refusal(f"dbt could not start: {reason}; try .venv/bin/dbt parse")
    results: DbtResult = run.result
    steps = [
        Step(
            kind=str(result.node.resource_type),
            name=_readable_name(result.node),
            status=str(result.status),
            failures=result.failures or 0,
            message=without_values(result.message or ""),
            broken_rules=_broken_rules(result, warehouse) if result.failures else (),
        )
        for result in results.results
    ]
    log = scratch / "build.log"
    log.write_text("".join(f"{step}\n" for step in steps), encoding="utf-8")
    return steps


def without_values(message: str) -> str:
    """dbt's message in one line, without what DuckDB quotes from the data."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    # The first of several lines only says which node it is about.
    reason = lines[min(1, len(lines) - 1)] if lines else ""
    database_error = DATABASE_ERROR.match(reason)
    if database_error and database_error[1] not in ERRORS_WITHOUT_VALUES:
        return f"{database_error[1]} Error, caused by a value in the data"
    return reason


def _broken_rules(result: DbtResult, warehouse: Path) -> tuple[str, ...]:
    """Which rules a failing test of several found broken: it gives a row for each."""
    if "rows_against" not in result.node.config.fail_calc:
        return ()
    with duckdb.connect(warehouse) as connection:
        rows = connection.execute(result.node.compiled_code).fetchall()
    return tuple(f"{rule} ({count})" for rule, count in sorted(rows))


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
