"""One file never stops the others: unreadable ones, failing readers, processes that die."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.deliveries import KEY, csv_text, deliver, salarie, salaries, saved, workbook

from conftest import CVG
from cvg_warehouse.ingest.folder import Delivered
from cvg_warehouse.ingest.reading import FileReading
from cvg_warehouse.ingest.workers import read_all, read_safely

ROWS = csv_text(salaries())
HUGE = 800_000_000
"""Bytes of a sparse file: hashing it takes long enough to be caught at it."""
PRIVILEGES = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
"""Takes from root the right to read what its mode forbids."""


def delivered(folder: Path) -> list[Delivered]:
    return [Delivered(file, file.name, "", "", {}) for file in sorted(folder.iterdir())]


def outcomes(readings: list[FileReading]) -> dict[str, str]:
    """Check that refused each file, or the rows that it gave."""
    return {
        reading.path: reading.refused[0].check_id
        if reading.refused
        else str(sum(sheet.rows.height for sheet in reading.sheets))
        for reading in readings
    }


def files_and_a_huge_one(folder: Path) -> list[Delivered]:
    names = ("a_salaries.csv", "c_salaries.csv", "d_salaries.csv")
    deliver(folder, {name: csv_text([salarie(at)]) for at, name in enumerate(names)})
    with (folder / "b_salaries.csv").open("wb") as stream:
        stream.truncate(HUGE)
    return delivered(folder)


def children_with(file: Path) -> Iterator[int]:
    """Processes started by this one that have a file open."""
    own = str(os.getpid())
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            if parent == own and any(
                descriptor.readlink() == file for descriptor in (process / "fd").iterdir()
            ):
                yield int(process.name)
        except OSError:
            continue


@contextmanager
def killed_when_opening(file: Path, times: int) -> Iterator[list[int]]:
    """Kill the first processes that open a file, as the system does where memory runs out."""
    killed: list[int] = []
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.is_set() and len(killed) < times:
            for process in set(children_with(file)) - set(killed):
                os.kill(process, signal.SIGKILL)
                killed.append(process)
            is_over.wait(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield killed
    finally:
        is_over.set()
        watcher.join()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_whose_reader_dies_each_time_is_refused_and_the_rest_read(
    tmp_path: Path, jobs: int
) -> None:
    files = files_and_a_huge_one(tmp_path)
    advanced: list[None] = []
    with killed_when_opening(tmp_path / "b_salaries.csv", times=2) as killed:
        readings, _ = read_all(files, KEY, jobs, lambda: advanced.append(None))
    assert len(killed) == 2
    assert outcomes(readings) == {
        "a_salaries.csv": "1",
        "b_salaries.csv": "reader_died",
        "c_salaries.csv": "1",
        "d_salaries.csv": "1",
    }
    assert len(advanced) == len(files)
    assert all(reading.sha256 for reading in readings)


def test_a_file_whose_reader_died_once_is_read_again(tmp_path: Path) -> None:
    files = files_and_a_huge_one(tmp_path)
    with killed_when_opening(tmp_path / "b_salaries.csv", times=1) as killed:
        readings, _ = read_all(files, KEY, 2, lambda: None)
    assert len(killed) == 1
    assert outcomes(readings)["b_salaries.csv"] == "file_too_large"


def test_each_of_several_files_may_kill_its_reader(tmp_path: Path) -> None:
    files_and_a_huge_one(tmp_path)
    with (tmp_path / "e_sorties.csv").open("wb") as stream:
        stream.truncate(HUGE + 1)
    with (
        killed_when_opening(tmp_path / "b_salaries.csv", times=2),
        killed_when_opening(tmp_path / "e_sorties.csv", times=2),
    ):
        readings, _ = read_all(delivered(tmp_path), KEY, 2, lambda: None)
    assert outcomes(readings) == {
        "a_salaries.csv": "1",
        "b_salaries.csv": "reader_died",
        "c_salaries.csv": "1",
        "d_salaries.csv": "1",
        "e_sorties.csv": "reader_died",
    }


class Odd(type(Path())):  # type: ignore[misc]
    """A file whose reading raises this."""

    error: BaseException

    @property
    def suffix(self) -> str:
        raise self.error


class Panic(BaseException):
    """What a panic of a Rust library is: no Exception."""


@pytest.mark.parametrize(
    ("error", "check_id"),
    [
        (PermissionError("private"), "file_inaccessible"),
        (OSError(5, "private"), "file_inaccessible"),
        (MemoryError("private"), "reader_died"),
        (AttributeError("private"), "reader_failed"),
        (RecursionError("private"), "reader_failed"),
        (Panic("private"), "reader_failed"),
    ],
)
def test_whatever_a_reader_raises_refuses_its_file(
    tmp_path: Path, error: BaseException, check_id: str
) -> None:
    file = Odd(deliver(tmp_path, {"salaries.csv": ROWS}) / "salaries.csv")
    file.error = error
    reading = read_safely(Delivered(file, "salaries.csv", "", "", {}), "0", KEY)
    assert [place.check_id for place in reading.refused] == [check_id]
    assert "private" not in repr(reading)


def test_a_file_that_is_gone_or_forbidden_is_refused_by_name(tmp_path: Path) -> None:
    files = delivered(deliver(tmp_path, {"a_salaries.csv": ROWS, "b_salaries.csv": ROWS + "\n"}))
    files[0].file.unlink()
    readings, _ = read_all(files, KEY, 1, lambda: None)
    assert outcomes(readings) == {"a_salaries.csv": "file_inaccessible", "b_salaries.csv": "3"}


def test_a_process_that_reads_has_little_memory_and_says_nothing() -> None:
    code = (
        "import os; from cvg_warehouse.ingest.workers import MEMORY, confine; confine();"
        "bytearray(500_000_000); os.write(2, b'a backtrace'); bytearray(MEMORY)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert (run.returncode, run.stderr) == (1, b"")
    code = code.removesuffix("; bytearray(MEMORY)")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_a_limit_of_the_system_that_is_lower_stays() -> None:
    code = (
        "import resource as r; r.setrlimit(r.RLIMIT_DATA, (10**9, 10**9));"
        "from cvg_warehouse.ingest.workers import confine; confine();"
        "raise SystemExit(r.getrlimit(r.RLIMIT_DATA) != (10**9, 10**9))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_of_equal_files_the_one_delivered_first_is_read(tmp_path: Path) -> None:
    deliver(tmp_path, {"a_salaries.csv": ROWS, "b_salaries.csv": ROWS, "c_salaries.csv": ROWS})
    files = [
        Delivered(file.file, file.path, on, "", {})
        for file, on in zip(delivered(tmp_path), ("", "2024-06-30", "2024-01-31"), strict=True)
    ]
    readings, repeats = read_all(files, KEY, 1, lambda: None)
    assert outcomes(readings) == {"c_salaries.csv": "3"}
    assert repeats == {"a_salaries.csv": "c_salaries.csv", "b_salaries.csv": "c_salaries.csv"}


def test_forbidden_files_and_folders_are_named_and_the_rest_is_loaded(tmp_path: Path) -> None:
    inbox = deliver(
        tmp_path / "deliveries",
        {
            "salaries.csv": ROWS,
            "b_salaries.xlsx": saved(workbook({"salaries": [salarie(9)]})),
            "closed_sorties.csv": "",
            "closed/sorties.csv": "",
            "shut/livraison.csv": "",
        },
    )
    for path in ("closed_sorties.csv", "closed", "shut/livraison.csv"):
        (inbox / path).chmod(0)
    without_privileges = PRIVILEGES if os.geteuid() == 0 else []
    try:
        run = subprocess.run(
            [*without_privileges, CVG, "ingest", inbox, "--out", tmp_path / "out", "--jobs", "2"],
            env=os.environ | {"CVG_PSEUDONYM_KEY": KEY.hex()},
            capture_output=True,
            text=True,
        )
    finally:
        (inbox / "closed").chmod(0o700)
    assert run.returncode == 1, run.stderr
    assert "4 = 4 loaded" in run.stdout
    for path, check_id in (
        ("closed_sorties.csv", "file_inaccessible"),
        ("closed", "folder_unreadable"),
        ("shut/livraison.csv", "announcement_unreadable"),
    ):
        assert any(
            line.startswith(f"file refused: {path}: ") and line.endswith(f"[{check_id}]")
            for line in run.stderr.splitlines()
        ), run.stderr
