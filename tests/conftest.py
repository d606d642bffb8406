"""The real command in processes of its own, each with its own warehouse."""

import csv
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.support.serving import BROWSER, SHOWN, Served, served

from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import PROJECT, exports_folder
from cvg_warehouse.publication.editions import AUDIENCES
from cvg_warehouse.reading.data import Edition, read_edition

# The many builds of the tests are not published; those that are say so.
os.environ["CVG_PUBLISH"] = "no"
CVG = Path(sys.executable).with_name("cvg")

Row = dict[str, str]


def run_cvg(*arguments: str, **variables: object) -> subprocess.CompletedProcess[str]:
    """Run `cvg` as a user would, with these environment variables on top."""
    return subprocess.run(
        [CVG, *arguments],
        env=os.environ | {name: str(value) for name, value in variables.items()},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def fingerprints(folder: Path) -> dict[str, str]:
    """What lies in a folder, byte by byte."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_rows(file: Path, header: list[str], rows: list[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def copy_exports(folder: Path) -> None:
    """Copy the exports into a folder, to be changed."""
    for export in EXPORTS:
        shutil.copy(exports_folder() / f"{export}.csv", folder)


def header_of(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream))


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} never came"
        time.sleep(0.05)


@dataclass(frozen=True)
class Workplace:
    """A folder of exports that a test may change, and the warehouse built from it."""

    exports: Path
    warehouse: Path

    def build(self, *options: str, **variables: object) -> subprocess.CompletedProcess[str]:
        """Build the warehouse, beside no edition unless one is named."""
        places = {"CVG_EXPORTS": self.exports, "CVG_WAREHOUSE": self.warehouse}
        return run_cvg(
            "build", *options, **{"CVG_EDITIONS": self.exports / "none"} | places | variables
        )

    def file(self, export: str) -> Path:
        return self.exports / f"{export}.csv"

    def rewrite(self, export: str, change: Callable[[Row], Row | None]) -> None:
        """Change every row of an export; a row for which None comes back goes."""
        file = self.file(export)
        changed = [change(row) for row in read_rows(file)]
        write_rows(file, header_of(file), [row for row in changed if row is not None])

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(self.warehouse, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def rows(self, sql: str) -> list[dict[str, object]]:
        with duckdb.connect(self.warehouse, read_only=True) as connection:
            result = connection.execute(sql)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    @property
    def log(self) -> str:
        return (self.warehouse.parent / f"{self.warehouse.stem}.build" / "build.log").read_text()


@dataclass(frozen=True)
class Built(Workplace):
    """A warehouse built from the exports as they are; only to be read."""

    run: subprocess.CompletedProcess[str]
    exports_before: dict[str, str]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not run, and why; pytest itself says how long the rest took."""
    skipped = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    for reason, tests in skipped.items():
        terminalreporter.write_line(f"Not run: {tests} tests ({reason.removeprefix('Skipped: ')})")
    if not skipped:
        terminalreporter.write_line("No test was skipped.")
    elif "CI" in os.environ:
        terminalreporter.write_line("In CI no test may be skipped.", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    # A process of several has no reporter: the one that started them judges.
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and "CI" in os.environ and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    exports = exports_folder()
    warehouse = tmp_path_factory.mktemp("built") / "cvg.duckdb"
    before = fingerprints(exports)
    run = Workplace(exports, warehouse).build()
    return Built(exports, warehouse, run, before)


@pytest.fixture(scope="module")
def warehouse(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the demo's warehouse, which only reads it."""
    with duckdb.connect(built.warehouse, read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def editions(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Published editions to read: those of `make lint`, or else new ones."""
    folder = PROJECT / "target" / "test" / "editions"
    if not (folder / "current.json").exists():
        warehouse = request.getfixturevalue("built").warehouse
        folder = tmp_path_factory.mktemp("editions")
        run = run_cvg("publish", CVG_WAREHOUSE=warehouse, CVG_EDITIONS=folder)
        assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture(scope="session")
def known(editions: Path) -> dict[str, Edition]:
    """These editions as the viewer reads them, by audience."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CVG_EDITIONS", str(editions))
        return {audience: read_edition(audience) for audience in AUDIENCES}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(BROWSER["executable_path"]).exists() and "CI" not in os.environ:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright, playwright.chromium.launch(**BROWSER) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page at a desk, which waits as long as the viewer may take."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.set_default_timeout(SHOWN)
        yield context.new_page()


@pytest.fixture(scope="module")
def viewer(editions: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The viewer, serving these editions."""
    with served(tmp_path_factory.mktemp("viewer"), CVG_EDITIONS=editions) as running:
        yield running


@pytest.fixture(scope="module")
def other_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file that the tests on other data build into one after the other."""
    return tmp_path_factory.mktemp("other") / "cvg.duckdb"


@pytest.fixture
def other(tmp_path: Path, other_warehouse: Path) -> Workplace:
    """A copy of the exports to change."""
    exports = tmp_path / "exports"
    exports.mkdir()
    copy_exports(exports)
    return Workplace(exports, other_warehouse)


@pytest.fixture
def with_warehouse(other: Workplace, tmp_path: Path) -> Workplace:
    """A copy of the exports to break, next to a warehouse that must survive it."""
    workplace = Workplace(other.exports, tmp_path / "cvg.duckdb")
    workplace.warehouse.write_bytes(b"the previous warehouse")
    return workplace
