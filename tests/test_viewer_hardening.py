"""The viewer keeps to itself: nothing from outside, no details of errors, data is never markup."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest
from dashboards.pages import PAGES
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.support.proxy import Proxy, proxied
from tests.support.serving import Served, served

from cvg_warehouse.paths import PROJECT
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer
from cvg_warehouse.reading.texts import LANGUAGES

ADDRESSES = [f"/{page.path}" for page in PAGES]
# Written into every text of an edition; each part would do something as HTML or as Markdown.
HOSTILE = (
    "<b data-evil>b</b><img src=//evil.test/1 onerror=evil()><script>evil()</script>"
    "![i](//evil.test/2) [a](//evil.test/3) $x$ :red[r] :material/home: `c` www.evil.test"
)
# Written beside the interpreter's own start: the server tells of each host it looks for.
TELL_OF_HOSTS = """
import os, sys
open(os.environ["HOSTS_FILE"], "a").close()
def tell(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect"):
        host = arguments[1][0] if event == "socket.connect" else arguments[0]
        with open(os.environ["HOSTS_FILE"], "a") as stream:
            print(host, file=stream)
sys.addaudithook(tell)
"""
OURSELVES = {"127.0.0.1", "localhost", "::1", "0.0.0.0", "None"}


@dataclass
class Visit:
    """A page in a browser, and what the browser asked for and complained about."""

    page: Page
    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Open an address and wait until the whole page has come."""
        self.page.goto(address, wait_until="networkidle")
        expect(self.page.locator("h1").first).to_be_visible(timeout=30_000)
        self.page.locator("[data-test-script-state=notRunning]").wait_for()
        self.page.wait_for_load_state("networkidle")


@contextmanager
def visit(context: BrowserContext) -> Iterator[Visit]:
    with context, context.new_page() as page:
        visited = Visit(page)
        page.on("request", lambda request: visited.hosts.add(urlsplit(request.url).hostname or ""))
        page.on("websocket", lambda socket: visited.hosts.add(urlsplit(socket.url).hostname or ""))
        page.on("console", lambda said: visited.complaints.append(said.text))
        page.on("pageerror", lambda error: visited.complaints.append(str(error)))
        yield visited


@pytest.fixture(scope="module")
def viewer(editions: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("home")
    (home / "sitecustomize.py").write_text(TELL_OF_HOSTS)
    variables = {"PYTHONPATH": home, "HOSTS_FILE": home / "hosts"}
    with served(home, CVG_EDITIONS=editions, **variables) as server:
        yield server


@pytest.fixture
def edition(editions: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the public edition to write into, in `tmp_path / "editions"`."""
    folder = shutil.copytree(editions, tmp_path / "editions")
    pointer = read_pointer(folder)
    assert pointer
    file = edition_file(folder, pointer.edition, "public")
    file.chmod(0o644)
    with duckdb.connect(file) as connection:
        yield connection


@pytest.fixture(scope="module")
def proxy(viewer: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    if not shutil.which("nginx") and "CI" not in os.environ:
        pytest.skip("nginx is not installed")
    with proxied(viewer, tmp_path_factory.mktemp("nginx")) as running:
        yield running


def test_the_settings_that_keep_the_viewer_shut() -> None:
    settings = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none"
    assert settings["client"]["toolbarMode"] == "minimal"
    assert settings["runner"]["magicEnabled"] is False
    server = settings["server"]
    assert server["address"] == "127.0.0.1"
    assert server["enableStaticServing"] is False
    # Each of these would open another way in, or take the viewer's own protection away.
    for shut in ("trustedUserHeaders", "enableAgentApi", "cookieSecret", "enableXsrfProtection"):
        assert shut not in server


def test_no_secret_is_in_the_repository_and_the_example_is_not_read() -> None:
    folder = PROJECT / ".streamlit"
    listed = subprocess.run(
        ["git", "ls-files", folder], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert ".streamlit/secrets.toml" not in listed
    ignored = ["git", "check-ignore", "-q", folder / "secrets.toml"]
    assert subprocess.run(ignored, cwd=PROJECT).returncode == 0
    example = tomllib.loads((folder / "secrets.example.toml").read_text(encoding="utf-8"))
    assert example["auth"]["cookie_secret"] == ""
    script = "from streamlit import config; print(*config.get_option('secrets.files'))"
    command = [sys.executable, "-c", script]
    read = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert "secrets.toml" in read
    assert "example" not in read


def test_the_server_asks_for_nothing_outside(browser: Browser, viewer: Served) -> None:
    with visit(browser.new_context()) as visited:
        visited.open(viewer.address)
    hosts = Path(viewer.log.parent / "hosts")
    assert hosts.exists(), "the server was not listened to"
    assert set(hosts.read_text().split()) <= OURSELVES


def test_an_error_shows_no_details(
    browser: Browser, edition: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    edition.execute("alter table indicators rename label_fr to renamed")
    edition.close()
    with (
        served(tmp_path, CVG_EDITIONS=tmp_path / "editions") as server,
        visit(browser.new_context()) as visited,
    ):
        visited.page.goto(server.address)
        error = visited.page.get_by_test_id("stException")
        expect(error).to_be_visible(timeout=30_000)
        shown = visited.page.content()
        assert "label_fr" in server.log.read_text()
        for detail in ("label_fr", "Traceback", "Binder", "dashboards/", str(PROJECT)):
            assert detail not in shown


def test_what_an_edition_says_is_never_markup(
    browser: Browser, edition: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for table, *columns in (
        ("indicators", "label_fr", "label_en", "numerator_definition", "denominator_definition"),
        ("themes", "label_fr", "label_en"),
        ("bases", "label_fr", "label_en"),
        ("geographies", "name_fr", "name_en"),
        ("breakdown_values", "label_fr", "label_en"),
        ("report_items", "title_fr", "section"),
        ("mart_report_reconciliation", "row_label", "measure"),
        ("contradictions", "explanation"),
        ("edition", "code_version"),
    ):
        changes = ", ".join(f"{column} = {column} || $hostile" for column in columns)
        edition.execute(f"update {table} set {changes}", {"hostile": HOSTILE})
    edition.close()
    with (
        served(tmp_path, CVG_EDITIONS=tmp_path / "editions") as server,
        visit(browser.new_context()) as visited,
    ):
        for page in PAGES:
            address = f"/{page.path}"
            visited.open(server.address + address)
            main = visited.page.locator("[data-testid=stApp]")
            if page.blocks:
                expect(main.get_by_text("data-evil").filter(visible=True).first).to_be_visible()
            for markup in ("[data-evil]", "[src*=evil]", "a[href*=evil]", "script:text('evil')"):
                assert main.locator(markup).count() == 0, (address, markup)
            assert main.locator(".katex, [data-testid=stIconMaterial]:text('home')").count() == 0
        assert visited.hosts == {"localhost"}
        assert not [said for said in visited.complaints if "evil" in said]


def test_the_proxy_says_what_browsers_must_not_do(proxy: Proxy) -> None:
    headers = proxy.get(proxy.https + "/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert headers["X-Frame-Options"] == "DENY"
    assert int(headers["Strict-Transport-Security"].split("=")[1]) >= 31_536_000
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert all("secure" in cookie.casefold() for cookie in headers.get_all("Set-Cookie", []))


def test_the_proxy_lets_in_by_https_only(proxy: Proxy) -> None:
    answer = proxy.get(proxy.http + "/sorties?annee=2023")
    assert answer.status == 301
    assert answer.headers["Location"] == "https://localhost/sorties?annee=2023"


@pytest.mark.parametrize("path", ["nimporte/quoi", "sorties/2024/Rouen", "a%2Fb?annee=2023"])
def test_the_proxy_leads_a_long_address_to_the_viewer(proxy: Proxy, path: str) -> None:
    answer = proxy.get(f"{proxy.https}/{path}")
    assert answer.status == 302
    assert answer.headers["Location"] == f"{proxy.https}/adresse-inconnue"


@pytest.mark.parametrize("path", ["agent/openapi.json", "agent/interact", "metrics", "upload_file"])
def test_the_proxy_hides_what_nobody_needs(proxy: Proxy, path: str) -> None:
    assert proxy.get(f"{proxy.https}/_stcore/{path}").status == 404
    assert proxy.get(f"{proxy.https}/_stcore/health").status == 200


def test_the_proxy_sends_static_files_compressed_and_to_be_kept(proxy: Proxy) -> None:
    page = proxy.get(proxy.https + "/", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in page.headers, "a page's length would tell of what it holds"
    files = re.findall(r'"\./(static/[^"]+\.(?:js|css))"', page.read().decode())
    assert len(files) > 10
    for file in files:
        answer = proxy.get(f"{proxy.https}/{file}", **{"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip", file
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_font_of_icons_is_not_sent_and_no_icon_is_missed(
    browser: Browser, proxy: Proxy
) -> None:
    with visit(browser.new_context(ignore_https_errors=True)) as visited:
        fonts: dict[str, int] = {}
        visited.page.on("response", lambda one: fonts.update({one.url: one.status}))
        visited.open(proxy.https + "/sorties")
        (icons,) = (status for url, status in fonts.items() if "MaterialSymbols" in url)
        assert icons == 404
        assert visited.page.get_by_test_id("stIconMaterial").count() > 0
        for icon in visited.page.get_by_test_id("stIconMaterial").all():
            expect(icon).to_be_hidden()


def test_every_page_works_behind_the_proxy_and_keeps_to_its_policy(
    browser: Browser, proxy: Proxy
) -> None:
    with visit(browser.new_context(ignore_https_errors=True)) as visited:
        for address in ADDRESSES:
            visited.open(proxy.https + address)
        for language in LANGUAGES:
            visited.open(f"{proxy.https}/?langue={language}")
            assert visited.page.evaluate("document.documentElement.lang") == language
        assert visited.hosts == {"localhost"}
        refused = [said for said in visited.complaints if "Content Security Policy" in said]
        assert refused == []
