"""The results as a table in the terminal, and as a page of the docs."""

import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.table import Table

from cvg_warehouse.paths import PROJECT
from mutation.bench import Found, Result

AIM = 0.95
PAGE = PROJECT / "docs" / "mutation.md"


@dataclass(frozen=True)
class Rate:
    """How many of the mutants that matter were caught."""

    caught: int
    of: int

    def __str__(self) -> str:
        share = f"{self.caught / self.of:.1%}" if self.of else "none tried"
        return f"{self.caught} of {self.of} ({share})"


def rate_of_data(found: Found) -> Rate:
    """Data mutants that change an indicator and are caught."""
    return _rate((one for one in found.data if one.moves_indicators), lambda one: one.caught_by)


def rate_of_sql(found: Found) -> Rate:
    """SQL mutants that dbt's tests catch on any exports."""
    return _rate((one for one in found.sql if not one.is_equivalent), lambda one: one.caught_by)


def rate_of_sql_on_the_demo(found: Found) -> Rate:
    """SQL mutants that dbt's tests catch, with those that compare with the printed report."""
    return _rate(
        (one for one in found.sql if not one.is_equivalent),
        lambda one: one.caught_by or one.caught_by_print,
    )


def _rate(mutants: Iterable[Result], is_caught: Callable[[Result], object]) -> Rate:
    judged = [bool(is_caught(one)) for one in mutants]
    return Rate(sum(judged), len(judged))


def summary(found: Found) -> list[str]:
    """The rates, a line each."""
    return [
        f"Data mutants that change an indicator, caught: {rate_of_data(found)}; aim {AIM:.0%}",
        f"SQL mutants caught by dbt's tests on any exports: {rate_of_sql(found)}; aim {AIM:.0%}",
        f"the same with the printed report, on the shipped exports: "
        f"{rate_of_sql_on_the_demo(found)}",
    ]


def outcome(one: Result) -> str:
    """What caught a mutant, or why nothing did."""
    if one.caught_by:
        more = f" and {len(one.caught_by) - 1} more" if len(one.caught_by) > 1 else ""
        # What names a rule says the cause, where others only follow from it.
        cause = min(one.caught_by, key=lambda line: line.count(": ") < 2)
        return f"{cause}{more}"
    if one.is_equivalent:
        return f"equivalent: {one.reason}"
    if not one.moves_indicators and one.reason.startswith("no row"):
        return f"without effect: {one.reason}"
    printed = "; only the printed report shows it" if one.caught_by_print else ""
    return f"SURVIVED: {one.reason}{printed}"


def table(title: str, results: Iterable[Result]) -> Table:
    """Each mutant, and what caught it."""
    made = Table(title=title, show_lines=True)
    made.add_column("mutant", ratio=1)
    made.add_column("caught by", ratio=1)
    for one in results:
        made.add_row(one.label, outcome(one), style=None if one.caught_by else "red")
    return made


def write_page(found: Found) -> None:
    """Write the page of the docs."""
    PAGE.write_text("\n".join(_page(found)) + "\n", encoding="utf-8")


def _page(found: Found) -> Iterator[str]:
    yield "# Mutation"
    yield ""
    yield (
        "What notices a fault in the exports, and what notices one in a model. This page is "
        f"written by `python -m mutation --page`, here on {datetime.now(UTC):%Y-%m-%d} at revision "
        f"{_revision()} with seed {found.seed}; [testing.md](testing.md) says how it works."
    )
    yield ""
    for line in summary(found):
        yield f"- {line}"
    yield ""
    yield "## Faults in data"
    yield ""
    yield from _rows(one for one in found.data if one.moves_indicators)
    unmoved = [one for one in found.data if not one.moves_indicators]
    if unmoved:
        yield ""
        yield "These change no indicator:"
        yield ""
        yield from _rows(unmoved)
    yield ""
    yield "## Faults in models"
    yield ""
    yield from _rows(found.sql)


def _rows(results: Iterable[Result]) -> Iterator[str]:
    yield "| fault | caught by |"
    yield "|---|---|"
    for one in results:
        yield f"| {_cell(one.label)} | {_cell(outcome(one))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;").replace("_", "\\_")


def _revision() -> str:
    git = ["git", "-C", str(PROJECT), "describe", "--always", "--dirty=+"]
    return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
