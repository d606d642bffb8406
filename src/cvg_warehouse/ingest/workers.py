"""Reads the files of a run, each where it cannot stop the others.

Whatever happens to one file, an error that nobody foresaw or the death of the process that reads
it, becomes the refusal of that file. What a library says of it stays unsaid: it may quote the file.
"""

import os
import resource
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from multiprocessing import get_context

from cvg_warehouse.files import checksum_of
from cvg_warehouse.ingest.folder import Delivered
from cvg_warehouse.ingest.reading import FileReading, read_file
from cvg_warehouse.ingest.senders import worksite_in
from cvg_warehouse.ingest.sheets import Place

MEMORY = 4_000_000_000
"""Bytes that a process may take to read one file, so that no file can stop the machine."""
FEW_FILES = 3
SMALL = 100_000_000
"""Bytes of a CSV file that this process may read itself: it takes less memory than handing over."""


def read_all(
    files: list[Delivered], key: bytes, jobs: int, advance: Callable[[], None]
) -> tuple[list[FileReading], dict[str, str]]:
    """Readings of the files, and by path the file that another one repeats byte for byte.

    Of equal files the one with the earliest date of delivery is read. `jobs` is the number of
    processes; `advance` is called after each file.
    """
    hashes, readings = {}, []
    for file in files:
        try:
            hashes[file.path] = checksum_of(file.file)
        except OSError:
            readings.append(_refused(file, "", "file_inaccessible"))
            advance()
    originals, repeats = _originals([file for file in files if file.path in hashes], hashes)
    for _ in repeats:
        advance()
    with _import_beside(len(originals) >= FEW_FILES):
        for reading in _read(originals, hashes, key, jobs):
            readings.append(reading)
            advance()
    return sorted(readings, key=lambda reading: reading.path), repeats


def _originals(
    files: list[Delivered], hashes: dict[str, str]
) -> tuple[list[Delivered], dict[str, str]]:
    """The files to read, with all that is announced of their bytes, and who repeats which."""
    originals: dict[tuple[str, str, str], Delivered] = {}
    repeats = {}
    for file in sorted(files, key=lambda file: (file.delivered_on or "9999", file.path)):
        # The same bytes under the name of another export, or from another worksite, repeat nothing.
        bytes_and_kind = hashes[file.path], file.file.suffix.lower(), worksite_in(file.path)
        original = originals.setdefault(bytes_and_kind, file)
        if original is not file:
            repeats[file.path] = original.path
            expected = original.expected | file.expected
            originals[bytes_and_kind] = replace(original, expected=expected)
    return list(originals.values()), repeats


def _read(
    files: list[Delivered], hashes: dict[str, str], key: bytes, jobs: int
) -> Iterator[FileReading]:
    jobs = min(jobs, len(files))
    if jobs < FEW_FILES - 1 and _are_small_texts(files):
        yield from (read_safely(file, hashes[file.path], key) for file in files)
        return
    waiting = deque((file, hashes[file.path], key) for file in files)
    while waiting:
        for suspect in (yield from _in_processes(waiting, jobs)):
            if (yield from _in_processes(deque([suspect]), 1)):
                file, sha256, _ = suspect
                yield _refused(file, sha256, "reader_died")


Call = tuple[Delivered, str, bytes]


def _in_processes(waiting: deque[Call], jobs: int) -> Generator[FileReading, None, list[Call]]:
    """Read what is waiting, in other processes, until nothing is or one of them dies.

    Returns the files that were under way when it died.
    """
    # Its threads would only take turns with those of the other processes.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    executor = ProcessPoolExecutor(jobs, get_context("spawn"), confine)
    under_way: dict[Future[FileReading], Call] = {}
    try:
        while waiting or under_way:
            while waiting and len(under_way) < jobs:
                under_way[executor.submit(read_safely, *waiting[0])] = waiting[0]
                waiting.popleft()
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    return list(under_way.values())
                file, sha256, _ = under_way.pop(future)
                # Its result may be too large to be handed over.
                yield _refused(file, sha256, "reader_failed") if error else future.result()
    except BrokenProcessPool:  # while a file was handed over
        return list(under_way.values())
    finally:
        executor.shutdown(cancel_futures=True)
    return []


def confine() -> None:
    """Limit the memory of this process, and silence what libraries say when it dies."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    limit = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 2)
    os.close(silent)


def read_safely(file: Delivered, sha256: str, key: bytes) -> FileReading:
    """Read one file; whatever is raised becomes the reason of its refusal."""
    try:
        return read_file(file.file, file.path, key, file.expected)
    except (KeyboardInterrupt, SystemExit):
        raise
    except OSError:
        return _refused(file, sha256, "file_inaccessible")
    except MemoryError:
        return _refused(file, sha256, "reader_died")
    except BaseException:  # a panic of a Rust library is no Exception
        return _refused(file, sha256, "reader_failed")


def _refused(file: Delivered, sha256: str, check_id: str) -> FileReading:
    return FileReading(file.path, sha256, refused=[Place(check_id)])


def _are_small_texts(files: list[Delivered]) -> bool:
    try:
        return all(
            file.file.suffix.lower() == ".csv" and file.file.stat().st_size < SMALL
            for file in files
        )
    except OSError:
        return False


@contextmanager
def _import_beside(is_worth_it: bool) -> Iterator[None]:
    """Import Great Expectations, which takes seconds, while other processes read."""
    with ThreadPoolExecutor(1) as beside:
        if is_worth_it:
            beside.submit(import_module, "great_expectations.expectations")
        yield
