"""What the command line says: results on stdout, progress and problems on stderr."""

import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column

from cvg_warehouse.paths import PROJECT

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

LONGEST_NAME = 30

DONE, PARTLY, REFUSED, INTERRUPTED = 0, 1, 2, 130


class Refusal(Exception):
    """Nothing could be done: one line per problem, ready to be read."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def complain(lines: Iterable[str]) -> None:
    """Write each problem as one line on stderr, unwrapped so that it can be searched for."""
    for line in lines:
        print(" ".join(line.split()), file=sys.stderr)


def fault(error: Exception) -> str:
    """What an unforeseen error says to a user: not its own text, which may quote the data."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {shown(Path(place.filename))}, line {place.lineno}"
    return f"a fault of the program ({where}): please report it"


def shown(path: Path) -> str:
    """The path as a person in the project's folder would type it."""
    return str(path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path)


@dataclass(frozen=True)
class Bar:
    """A progress bar under way."""

    _progress: Progress
    _task: TaskID

    def total_is(self, total: int) -> None:
        """Say how many there are to do."""
        self._progress.update(self._task, total=total)

    def share_is(self, doing: str, share: float) -> None:
        """Say what is done now, and how much of all (0 to 1)."""
        self._progress.update(self._task, description=doing, completed=share)

    def now(self, running: Sequence[str]) -> None:
        """Name what is under way: long names are cut, so that there is room for several."""
        cut = (name[:LONGEST_NAME] + "…" * (len(name) > LONGEST_NAME) for name in running)
        self._progress.update(self._task, running=", ".join(cut))

    def advance(self) -> None:
        """Say that one more is done."""
        self._progress.advance(self._task)


@contextmanager
def progress(doing: str, shares: bool = False) -> Iterator[Bar]:
    """A progress bar on stderr, on a terminal only: counts items, or shares of 1."""
    amount = TaskProgressColumn() if shares else MofNCompleteColumn()
    columns = TextColumn(doing), TextColumn("{task.description}"), BarColumn(), amount
    running = TextColumn("{task.fields[running]}", table_column=Column(no_wrap=True))
    with Progress(
        *columns,
        TimeElapsedColumn(),
        running,
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as shown_bar:
        yield Bar(shown_bar, shown_bar.add_task("", total=1 if shares else None, running=""))
