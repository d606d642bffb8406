"""The viewer served for real, on a free port of this machine only."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from cvg_warehouse.paths import PROJECT

# How Playwright starts the Chromium of Debian, without a word to the outside.
BROWSER: dict[str, Any] = {
    "executable_path": "/usr/bin/chromium",
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-sync",
        "--disable-background-networking",
        "--disable-component-update",
    ],
}
APP = PROJECT / "dashboards" / "app.py"
# How long a page may take to come on a busy machine, in milliseconds.
SHOWN = 60_000


@dataclass(frozen=True)
class Served:
    """A server that runs: its address, its process, and the file of what it says."""

    address: str
    process: int
    log: Path


@contextmanager
def served(home: Path, app: Path = APP, port: int = 0, **variables: object) -> Iterator[Served]:
    """Serve `app` until the block ends, with these environment variables on top.

    `home` stands for the home folder; secrets are read from its `secrets.toml` only.
    """
    port = port or free_port()
    address, log = f"http://localhost:{port}", home / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", str(app), f"--server.port={port}"]
    with log.open("w") as stream:
        process = subprocess.Popen(
            [*command, f"--secrets.files={home / 'secrets.toml'}"],
            env=os.environ | {"HOME": home} | {name: str(v) for name, v in variables.items()},
            cwd=PROJECT,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(address, process, log)
        yield Served(address, process.pid, log)
    finally:
        process.terminate()
        process.wait(20)


def finished(page: Page) -> None:
    """Wait until the page has been shown whole."""
    expect(page.locator(".edition")).to_be_visible(timeout=SHOWN)
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=SHOWN)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=SHOWN)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the viewer does not start:\n{log.read_text()}")
