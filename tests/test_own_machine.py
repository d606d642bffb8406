"""The internal edition without a sign-in: for the owner of its file, at their own machine only."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from dashboards import own_machine
from playwright.sync_api import Browser, expect
from tests.support.serving import Served, free_port, served

from cvg_warehouse.paths import PROJECT

PORT = 8501
BANNER = "Édition interne, sans connexion, sur cette machine seulement"
REFUSED = "vous voyez l'édition publique"
INTERNAL_LINE, PUBLIC_LINE = "édition interne", "édition publique"
SOCKET = "0: {0}:{1:04X} {2}:{3:04X} 01 00000000:00000000 00:00000000 00000000 {4} 0 12345 1"
LOOPBACK = "0100007F"


def client(user: int, port: int = PORT, state: str = "01") -> str:
    """The line of a socket that a user has connected to a port of this machine."""
    return SOCKET.format(LOOPBACK, 40_000, LOOPBACK, port, user).replace(" 01 ", f" {state} ", 1)


def test_only_loopback_addresses_are_this_machine() -> None:
    here = ["127.0.0.1", "127.8.8.8", "::1", "localhost"]
    elsewhere = [None, "", "0.0.0.0", "::", "10.0.0.7", "192.168.1.2", "example.org", "localhost.x"]
    assert all(own_machine.is_loopback(address) for address in here)
    assert not any(own_machine.is_loopback(address) for address in elsewhere)


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501"])
def test_a_request_that_names_this_machine(host: str) -> None:
    assert own_machine.is_direct({"Host": host, "Accept": "*/*"}, PORT)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "cvg.example.org"},
        {"Host": "localhost"},
        {"Host": "localhost:8502"},
        {"Host": "localhost.example.org:8501"},
        {"Host": "localhost:8501", "X-Forwarded-For": "127.0.0.1"},
        {"host": "localhost:8501", "x-forwarded-proto": "https"},
        {"Host": "localhost:8501", "Forwarded": "for=127.0.0.1"},
        {"Host": "localhost:8501", "Via": "1.1 proxy"},
    ],
)
def test_a_request_that_came_another_way(headers: dict[str, str]) -> None:
    assert not own_machine.is_direct(headers, PORT)


def test_nobody_else_is_connected() -> None:
    own, other = client(1000), client(1001)
    assert own_machine.is_alone([own, own], PORT, 1000)
    assert own_machine.is_alone([own, client(1001, port=80), client(1001, state="0A")], PORT, 1000)
    assert not own_machine.is_alone([own, other], PORT, 1000)
    assert not own_machine.is_alone([], PORT, 1000)
    assert not own_machine.is_alone(["  sl  local_address rem_address   st"], PORT, 1000)


def test_a_real_connection_is_seen_with_its_user() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not own_machine.is_alone(own_machine.sockets(), port, os.geteuid())
        with socket.create_connection(("127.0.0.1", port)):
            assert own_machine.is_alone(own_machine.sockets(), port, os.geteuid())
            assert not own_machine.is_alone(own_machine.sockets(), port, os.geteuid() + 1)


def test_the_file_is_there_and_of_the_owner(tmp_path: Path) -> None:
    file = tmp_path / "internal.duckdb"
    assert not own_machine.belongs_to(file, os.geteuid())
    file.touch()
    assert own_machine.belongs_to(file, os.geteuid())
    assert not own_machine.belongs_to(file, os.geteuid() + 1)


@pytest.fixture(scope="module")
def asked_for(editions: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("home")
    with served(home, CVG_EDITIONS=editions, CVG_AUDIENCE="internal") as viewer:
        yield viewer


def test_the_owner_reads_the_internal_edition_under_a_banner(
    asked_for: Served, browser: Browser
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        for path in ("/", "/logement", "/dictionnaire"):
            page.goto(asked_for.address + path)
            expect(page.get_by_text(BANNER)).to_be_visible(timeout=30_000)
            expect(page.get_by_text(INTERNAL_LINE).first).to_be_visible()
        expect(page.get_by_role("button", name="Se connecter")).to_have_count(0)


def test_behind_a_proxy_it_is_the_public_edition(asked_for: Served, browser: Browser) -> None:
    with browser.new_context(extra_http_headers={"X-Forwarded-For": "10.0.0.7"}) as context:
        page = context.new_page()
        page.goto(asked_for.address)
        expect(page.get_by_text(REFUSED)).to_be_visible(timeout=30_000)
        expect(page.get_by_text(PUBLIC_LINE).first).to_be_visible()
        expect(page.get_by_text(BANNER)).to_have_count(0)


def test_on_another_address_it_is_the_public_edition(
    editions: Path, tmp_path: Path, browser: Browser
) -> None:
    variables = {"CVG_AUDIENCE": "internal", "STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}
    with (
        served(tmp_path, port=free_port(), CVG_EDITIONS=editions, **variables) as viewer,
        browser.new_context() as context,
    ):
        page = context.new_page()
        page.goto(viewer.address)
        expect(page.get_by_text(REFUSED)).to_be_visible(timeout=30_000)
        expect(page.get_by_text(PUBLIC_LINE).first).to_be_visible()


def test_another_word_than_the_two_is_refused() -> None:
    found = subprocess.run(
        ["make", "app", "AUDIENCE=intern"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 2
    assert "AUDIENCE=intern: is public or internal" in found.stderr
