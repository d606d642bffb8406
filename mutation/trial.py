"""Puts a changed table or model into a built warehouse, and asks every check about it.

Only what depends on the change is made again, in a database in memory beside the built one, and
only as far as its rows differ from those before.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb

from cvg_warehouse.building.edition_before import load_edition_before
from mutation.compiled import CATALOG, Compiled, Node

RELATION = re.compile(rf'"{CATALOG}"\."main"\."(\w+)"')
LONGEST_SECONDS = 60
# What DuckDB says of SQL that means nothing, whatever the data.
MEANINGLESS = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.NotImplementedException,
    duckdb.ParserException,
)
Outcome = frozenset[tuple[str, int]]
"""Of a data test: rows against it, by rule where it has several; empty where it passes."""


class Meaningless(Exception):
    """A change that cannot be run at all, so that no check is needed to notice it."""


@dataclass
class Verdict:
    """What noticed a change."""

    by_errors: list[str] = field(default_factory=list)
    by_warnings: list[str] = field(default_factory=list)
    by_print: list[str] = field(default_factory=list)
    """Tests that compare with the printed report."""
    changed: list[str] = field(default_factory=list)
    """Tables whose rows differ."""


class Trials:
    """A built warehouse to try changes on."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        with self._connected() as connection:
            self._prints = {
                node.name: _fingerprint(connection, CATALOG, node.name)
                for node in compiled.order
                if not node.is_view
            }
            self._types = {
                node.name: _types(connection, CATALOG, node.name)
                for node in compiled.order
                if _has_contract(node)
            }
            self._outcomes = {
                test.name: _outcome(connection, test, test.sql) for test in compiled.tests
            }
        failing = [
            test.name
            for test in compiled.tests
            if self._outcomes[test.name] and not test.is_warning
        ]
        failing += [t.name for t in compiled.unit_tests if not unit_test_passes(t.sql)]
        if failing:
            raise RuntimeError(f"tests fail on the unchanged warehouse: {', '.join(failing)}")

    def has_meaning(self, model: str, sql: str) -> bool:
        """Whether the SQL of a model can be bound at all."""
        with self._connected() as connection:
            try:
                connection.execute(f'create view "{model}" as {sql}')
            except MEANINGLESS:
                return False
        return True

    def judge(self, changes: Mapping[str, str]) -> Verdict:
        """Make the changed seeds and models with the given SQL, and all that follows."""
        verdict = Verdict()
        with self._connected() as connection:
            alarm = threading.Timer(LONGEST_SECONDS, connection.interrupt)
            alarm.start()
            try:
                moved = self._make(connection, changes, verdict)
                self._test(connection, moved, verdict)
            except duckdb.InterruptException:
                raise Meaningless("takes too long") from None
            except MEANINGLESS as error:
                raise Meaningless(str(error)) from None
            finally:
                alarm.cancel()
        return verdict

    def _make(
        self, connection: duckdb.DuckDBPyConnection, changes: Mapping[str, str], verdict: Verdict
    ) -> set[str]:
        """Tables that had to be made again and came out otherwise."""
        moved: set[str] = set()
        for node in self.compiled.order:
            if node.name not in changes and moved.isdisjoint(node.parents):
                continue
            sql = _redirected(changes.get(node.name, node.sql), moved)
            kind = "view" if node.is_view else "table"
            try:
                connection.execute(f'create {kind} memory.main."{node.name}" as {sql}')
            except (duckdb.DataError, duckdb.OperationalError, duckdb.InternalError) as error:
                if isinstance(error, duckdb.InterruptException):
                    raise
                verdict.by_errors.append(f"model {node.name} cannot be made")
                return moved
            if node.is_view:
                moved.add(node.name)
            elif _fingerprint(connection, "memory", node.name) != self._prints[node.name]:
                moved.add(node.name)
                verdict.changed.append(node.name)
            else:
                connection.execute(f'drop table memory.main."{node.name}"')
                continue
            if _has_contract(node):
                types = _types(connection, "memory", node.name)
                if types != self._types[node.name]:
                    verdict.by_errors.append(f"contract of {node.name}")
        return moved

    def _test(
        self, connection: duckdb.DuckDBPyConnection, moved: set[str], verdict: Verdict
    ) -> None:
        for test in self.compiled.tests:
            if moved.isdisjoint(test.parents):
                continue
            try:
                outcome = _outcome(connection, test, _redirected(test.sql, moved))
            except (duckdb.DataError, duckdb.OperationalError):
                outcome = frozenset({("cannot be run", 1)})
            before = dict(self._outcomes[test.name])
            new = sorted(rule for rule, rows in outcome if rows > before.get(rule, 0))
            if not new:
                continue
            # A check of the data says after its name what to do.
            checks = "mart_data_findings" in test.parents
            rules = ", ".join(rule.partition(": ")[0] if checks else rule for rule in new if rule)
            line = f"{test.name}: {rules}" if rules else test.name
            if test.name in self.compiled.of_the_print:
                verdict.by_print.append(line)
            elif test.is_warning:
                verdict.by_warnings.append(line)
            else:
                verdict.by_errors.append(line)

    @contextmanager
    def _connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(config={"threads": 1, "memory_limit": "2GB"}) as connection:
            connection.execute("set preserve_insertion_order = false")
            connection.execute(f"attach '{self.compiled.warehouse}' as {CATALOG} (read_only)")
            connection.execute("create macro code_version() as 'mutant'")
            load_edition_before(connection)
            yield connection


def unit_test_passes(sql: str) -> bool:
    """Whether a unit test gives the rows that it expects; one that cannot be run does not."""
    with duckdb.connect(config={"threads": 1}) as connection:
        try:
            result = connection.execute(sql)
            columns = [column[0] for column in result.description or []]
            side = columns.index("actual_or_expected")
            rows: dict[str, Counter[tuple[object, ...]]] = {}
            for row in result.fetchall():
                kept = tuple(value for index, value in enumerate(row) if index != side)
                rows.setdefault(row[side], Counter())[kept] += 1
        except duckdb.Error:
            return False
        return rows.get("actual", Counter()) == rows.get("expected", Counter())


def _redirected(sql: str, moved: set[str]) -> str:
    return RELATION.sub(
        lambda found: f'memory.main."{found[1]}"' if found[1] in moved else found[0], sql
    )


def _fingerprint(
    connection: duckdb.DuckDBPyConnection, catalog: str, name: str
) -> tuple[object, ...] | None:
    """Equal for tables with equal rows, in any order."""
    return connection.execute(
        "select count(*), bit_xor(hash(given)), sum(hash(given)::hugeint) "
        f'from {catalog}.main."{name}" as given'
    ).fetchone()


def _types(
    connection: duckdb.DuckDBPyConnection, catalog: str, name: str
) -> set[tuple[object, ...]]:
    described = connection.execute(f'describe {catalog}.main."{name}"').fetchall()
    return {row[:2] for row in described}


def _outcome(connection: duckdb.DuckDBPyConnection, test: Node, sql: str) -> Outcome:
    calculation = test.settings["fail_calc"]
    if "rows_against" in calculation:
        by_rule = f"select rule, sum(rows_against)::int from ({sql}) as failing group by rule"
        return frozenset(connection.execute(by_rule).fetchall())
    found = connection.execute(f"select {calculation} from ({sql}) as failing").fetchone()
    failures = int(found[0] or 0) if found else 0
    return frozenset({("", failures)} if failures else ())


def _has_contract(node: Node) -> bool:
    return bool((node.settings.get("contract") or {}).get("enforced"))
