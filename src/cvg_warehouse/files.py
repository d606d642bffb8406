"""How files come to be: one process at a time, and whole or not at all.

What is written goes under a hidden name first (`.NAME.unfinished`, beside its place), and is moved
to its place when it is finished. What a killed process leaves under such a name is removed by the
next one.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from cvg_warehouse.terminal import Refusal, shown

# With what a database may put beside its file: .wal, .tmp
UNFINISHED = re.compile(r"\..*\.unfinished(\.\w+)?")
OWNER_ONLY = 0o077
"""The umask under which what is made can be read by its owner alone."""


@contextmanager
def locked(file: Path, busy: str, elsewhere: str, mode: int = 0o644) -> Iterator[None]:
    """Hold the lock of this file, which stays there; its folder is made.

    Raises Refusal with the text `busy` where another process holds it, and one that ends with
    `elsewhere` (how to name another place) where the folder cannot be written. The system releases
    the lock of a process that is killed.
    """
    lock = FileLock(file, timeout=0, mode=mode, fallback_to_soft=False)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise Refusal(busy) from None
    except OSError as error:
        reason = f"cannot be written ({error.strerror})"
        raise Refusal(f"{shown(file.parent)}: {reason}; {elsewhere}") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def owner_only() -> Iterator[None]:
    """What this process makes in the block can be read by its owner alone, whatever the umask."""
    before = os.umask(OWNER_ONLY)
    try:
        yield
    finally:
        os.umask(before)


def public_folder(folder: Path) -> None:
    """Make the folder, with those above it, for everybody to read, whatever the umask.

    One that is there stays as it is. Raises OSError where it cannot be made.
    """
    if not folder.is_dir():
        public_folder(folder.parent)
        folder.mkdir()
        folder.chmod(0o755)


@contextmanager
def scratch_folder(folder: Path, mode: int = 0o755) -> Iterator[Path]:
    """This folder, empty; it is removed at the end, whatever happens."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=mode)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def unfinished_folder(place: Path, mode: int = 0o755) -> Iterator[Path]:
    """An empty folder beside `place`, to write in and `move_in` from; removed at the end."""
    with scratch_folder(_unfinished(place), mode) as folder:
        yield folder


@contextmanager
def unfinished_file(place: Path) -> Iterator[Path]:
    """A file to write beside `place`: brought to the disk and moved there when all went well.

    Where an error ends the block, the file is removed and `place` stays as it was.
    """
    unfinished = _unfinished(place)
    unfinished.unlink(missing_ok=True)
    try:
        yield unfinished
        sync(unfinished)
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)


def checksum_of(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def move_in(unfinished: Path, place: Path) -> None:
    """Move a file, or a folder, to its place, instead of the one that is there."""
    if unfinished.is_dir() and place.is_dir():
        shutil.rmtree(place)
    unfinished.replace(place)


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes left unfinished in a folder."""
    for path in folder.iterdir():
        if UNFINISHED.fullmatch(path.name):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def sync(path: Path) -> None:
    """Bring the content of a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unfinished(place: Path) -> Path:
    return place.with_name(f".{place.name}.unfinished")
