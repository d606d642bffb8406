"""How fast the viewer answers when 25 people click at once, and how soon its first page is there.

Each person is a client that speaks as Streamlit's page does: another page, year and place every
three seconds, the app's own timers kept. The first page is opened by a real browser: on a fast net,
and through the proxy of deploy/ on a phone's. Clients, browser and proxy share the machine's
processors with the server. Needs a published edition, Chromium, nginx and Linux.

    python -m bench.viewer [--people 25] [--seconds 60]
"""

import asyncio
import json
import os
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

import typer
from dashboards.addresses import PLACE, YEAR
from playwright.sync_api import ViewportSize, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tests.support.proxy import proxied
from tests.support.serving import BROWSER, SHOWN, served
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.run import BENCH
from cvg_warehouse.reading.data import read_edition
from cvg_warehouse.terminal import Refusal

BETWEEN_CLICKS = 3.0
SECONDS_P95 = 0.3
SECONDS_FIRST_PAGE = 2.0
SECONDS_FIRST_PAGE_ON_A_PHONE = 8.0
# The net of a phone: 1.6 Mbit/s down, 0.75 up, 300 ms to each answer.
PHONE_NET = {
    "offline": False,
    "latency": 300,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SCREEN, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
PEAK_MB = 600


@dataclass
class Person:
    """One session: what it has clicked through so far, in seconds a click, and what went wrong."""

    places: list[str]
    years: list[str]
    pages: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    errors: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)
    timer: asyncio.Task | None = None

    async def click_around(self, address: str, start_after: float, until: float) -> None:
        """Open the first page after a while, then click every three seconds until then."""
        await asyncio.sleep(start_after)
        url = address.replace("http", "ws", 1) + "/_stcore/stream"
        async with connect(url, subprotocols=[Subprotocol("streamlit")], max_size=None) as server:
            reader = asyncio.create_task(self.read(server))
            await self.run(server, "")
            self.seconds.clear()
            while time.monotonic() < until:
                await asyncio.sleep(random.uniform(0.5, 1.5) * BETWEEN_CLICKS)
                filters = {YEAR: random.choice(self.years), PLACE: random.choice(self.places)}
                await self.run(server, random.choice(self.pages), urlencode(filters))
            for task in filter(None, (reader, self.timer)):
                task.cancel()

    async def run(self, server: ClientConnection, page: str, query: str = "") -> None:
        """Ask for a page and wait until the whole of it has come."""
        asked = BackMsg()
        asked.rerun_script.page_script_hash = page
        asked.rerun_script.query_string = query
        self.done.clear()
        start = time.monotonic()
        await server.send(asked.SerializeToString())
        try:
            await asyncio.wait_for(self.done.wait(), 30)
        except TimeoutError:
            self.errors += 1
        self.seconds.append(time.monotonic() - start)

    async def read(self, server: ClientConnection) -> None:
        """Take in what the server sends: pages to go to, timers, errors, the end of a run."""
        async for data in server:
            message = ForwardMsg.FromString(data)
            match message.WhichOneof("type"):
                case "navigation":
                    self.pages = [page.page_script_hash for page in message.navigation.app_pages]
                case "auto_rerun":
                    if self.timer:
                        self.timer.cancel()
                    self.timer = asyncio.create_task(self.keep_time(server, message))
                case "delta":
                    self.errors += message.delta.new_element.HasField("exception")
                case "page_not_found":
                    self.errors += 1
                case "script_finished":
                    self.errors += message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR
                    if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                        self.done.set()

    async def keep_time(self, server: ClientConnection, asked: ForwardMsg) -> None:
        """Run a part of the page again and again, as the page was asked to."""
        again = BackMsg()
        again.rerun_script.fragment_id = asked.auto_rerun.fragment_id
        again.rerun_script.is_auto_rerun = True
        while True:
            await asyncio.sleep(asked.auto_rerun.interval)
            await server.send(again.SerializeToString())


def main(people: int = 25, seconds: int = 60) -> None:
    """Measure and print, and write the figures to target/bench/viewer.json."""
    try:
        edition = read_edition("public")
    except Refusal as refusal:
        typer.echo(refusal, err=True)
        raise typer.Exit(2) from None
    crowd = [Person([*edition.geographies], [*map(str, edition.years)]) for _ in range(people)]
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as viewer:
        cold = first_page(viewer.address)
        warm = median(first_page(viewer.address) for _ in range(5))
        with proxied(viewer, Path(home)) as proxy:
            on_a_phone = median(first_page(proxy.https, on_a_phone=True) for _ in range(5))
        asyncio.run(_together(crowd, viewer.address, seconds))
        peak = _peak_megabytes(viewer.process)
    clicks = [second for person in crowd for second in person.seconds]
    errors = sum(person.errors for person in crowd)
    results = {
        "people": people,
        "clicks": len(clicks),
        "p50_seconds": round(median(clicks), 3),
        "p95_seconds": round(quantiles(clicks, n=20)[-1], 3),
        "errors": errors,
        "peak_mb": round(peak),
        "first_page_seconds": round(warm, 2),
        "first_page_after_start_seconds": round(cold, 2),
        "first_page_on_a_phone_seconds": round(on_a_phone, 2),
    }
    typer.echo(
        f"{people} people, a click every {BETWEEN_CLICKS:.0f} s, {os.cpu_count()} processors that "
        f"the clients share: {len(clicks)} page changes, "
        f"half of them within {results['p50_seconds']} s, "
        f"95 % within {results['p95_seconds']} s (aim {SECONDS_P95} s), {errors} errors (aim 0)"
    )
    typer.echo(f"peak memory of the server: {peak:.0f} MB (aim {PEAK_MB} MB)")
    typer.echo(
        f"first page in a browser: {warm:.2f} s (aim {SECONDS_FIRST_PAGE:.0f} s), "
        f"{cold:.2f} s for the first visitor after a start; "
        f"{on_a_phone:.2f} s with a phone's net through the proxy "
        f"(aim {SECONDS_FIRST_PAGE_ON_A_PHONE:.0f} s)"
    )
    BENCH.mkdir(parents=True, exist_ok=True)
    (BENCH / "viewer.json").write_text(json.dumps(results, indent=1) + "\n")


def first_page(address: str, on_a_phone: bool = False) -> float:
    """Seconds until a browser without a cache has the whole first page on the screen."""
    size = PHONE if on_a_phone else SCREEN
    with sync_playwright() as playwright, playwright.chromium.launch(**BROWSER) as browser:
        page = browser.new_page(viewport=size, is_mobile=on_a_phone, ignore_https_errors=True)
        page.set_default_timeout(SHOWN)
        if on_a_phone:
            page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", PHONE_NET)
        start = time.monotonic()
        page.goto(address, wait_until="commit")
        page.locator(".card b").last.wait_for()
        page.locator("[data-test-script-state=notRunning]").wait_for()
        return time.monotonic() - start


async def _together(crowd: list[Person], address: str, seconds: int) -> None:
    until = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for number, person in enumerate(crowd):
            start_after = number * BETWEEN_CLICKS / len(crowd)
            group.create_task(person.click_around(address, start_after, until))


def _peak_megabytes(process: int) -> float:
    """The most memory the process has held, as Linux tells it."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    typer.run(main)
