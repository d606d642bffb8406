"""Files are written by one process at a time, and whole or not at all."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import wait_for
from cvg_warehouse.files import (
    locked,
    move_in,
    remove_unfinished,
    scratch_folder,
    unfinished_file,
    unfinished_folder,
)
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.terminal import Refusal

BUSY, ELSEWHERE = "somebody else is at it", "name another place"
HOLDER = """
import sys, time
from pathlib import Path
from cvg_warehouse.files import locked, unfinished_folder
place = Path(sys.argv[1])
with locked(place / "lock", "", ""), unfinished_folder(place / "folder") as folder:
    (folder / "half").write_text("half")
    (place / "held").touch()
    time.sleep(60)
"""


@contextmanager
def holder(place: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock of a folder and writes something unfinished in it."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, place], cwd=PROJECT) as process:
        try:
            wait_for(place / "held")
            yield process
        finally:
            process.kill()


def test_a_lock_is_for_one_process_and_ends_with_it(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(Refusal, match=BUSY), locked(tmp_path / "lock", BUSY, ELSEWHERE):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
    for _ in range(2):
        with locked(tmp_path / "lock", BUSY, ELSEWHERE):
            pass


def test_what_a_killed_process_left_goes_before_the_next_one_writes(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (tmp_path / ".folder.unfinished" / "half").exists()
    with unfinished_folder(tmp_path / "folder") as folder:
        assert list(folder.iterdir()) == []
    assert not folder.exists()


def test_a_lock_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    lock = tmp_path / "file" / "lock"
    with pytest.raises(Refusal) as refused, locked(lock, BUSY, ELSEWHERE):
        pass
    (line,) = refused.value.lines
    assert line.endswith(f"; {ELSEWHERE}")


def test_a_file_is_replaced_when_it_is_finished_and_not_before(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("old")
    with unfinished_file(place) as file:
        file.write_text("new")
        assert place.read_text() == "old"
    assert place.read_text() == "new"
    assert list(tmp_path.iterdir()) == [place]


def test_a_file_that_is_never_finished_leaves_the_old_one(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("old")
    with pytest.raises(ZeroDivisionError), unfinished_file(place) as file:
        file.write_text("half")
        raise ZeroDivisionError
    assert place.read_text() == "old"
    assert list(tmp_path.iterdir()) == [place]


def test_a_folder_takes_the_place_of_another_one_and_of_no_file(tmp_path: Path) -> None:
    place = tmp_path / "folder"
    place.mkdir()
    (place / "old").touch()
    with unfinished_folder(place, 0o700) as folder:
        (folder / "new").touch()
        move_in(folder, place)
    assert [file.name for file in place.iterdir()] == ["new"]
    assert place.stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").touch()
    with unfinished_folder(tmp_path / "file") as folder, pytest.raises(OSError):
        move_in(folder, tmp_path / "file")
    with unfinished_file(tmp_path / "other") as file:
        file.touch()
        with pytest.raises(OSError):
            move_in(file, place)
    assert (place / "new").exists()


def test_only_what_is_unfinished_is_removed(tmp_path: Path) -> None:
    for name in (".a.unfinished", ".a.unfinished.wal", "a", ".lock", "a.unfinished"):
        (tmp_path / name).touch()
    with scratch_folder(tmp_path / ".b.unfinished.tmp") as folder:
        (folder / "part").touch()
        remove_unfinished(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"a", ".lock", "a.unfinished"}
