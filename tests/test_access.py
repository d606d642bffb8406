"""Who reads the internal edition: the allow-list, and sign-in at a real OpenID provider."""

import ctypes
import json
import os
import shutil
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from dashboards.access import SIGNED_IN_SECONDS, Access, decide, read_allow_list
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, Page, expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from tests.support.serving import Served, free_port, served

from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib")

ISSUER = "http://issuer.test"
NOW = 1_800_000_000
LIST = f"""
issuer = "{ISSUER}"
groups_claim = "groups"
[addresses]
"Rouen@Example.org" = ["08-Rouen"]
"all@example.org" = ["*"]
"kiosk@example.org" = ["*"]
"none@example.org" = []
[groups]
"cvg-lille" = ["02-Lille", "08-Rouen"]
"""


def claims(address: str, **others: object) -> dict[str, object]:
    token = {"iss": ISSUER, "iat": NOW - 60, "email": address, "email_verified": True}
    return token | others


def decided(given: dict[str, object]) -> Access:
    return decide(given, read_allow_list(LIST), NOW)


@pytest.mark.parametrize("address", ["rouen@example.org", "ROUEN@EXAMPLE.ORG"])
def test_an_address_reads_its_own_territories(address: str) -> None:
    access = decided(claims(address))
    assert (access.state, access.territories) == ("listed", {"08-Rouen"})
    assert access.audience == "internal"
    assert not access.everything


def test_a_star_reads_everything() -> None:
    assert decided(claims("all@example.org")).everything


@pytest.mark.parametrize("groups", [["other", "CVG-Lille"], "cvg-lille"])
def test_a_group_counts_without_an_address(groups: object) -> None:
    token = claims("x@example.org", groups=groups, email_verified=False)
    assert decided(token).territories == {"02-Lille", "08-Rouen"}


def test_address_and_groups_add_up() -> None:
    token = claims("all@example.org", groups=["cvg-lille"])
    assert decided(token).territories == {"*", "02-Lille", "08-Rouen"}


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (claims("stranger@example.org"), "not_listed"),
        (claims("none@example.org"), "not_listed"),
        (claims("rouen@example.org.test"), "not_listed"),
        (claims("xrouen@example.org"), "not_listed"),
        (claims(" rouen@example.org"), "not_listed"),
        # To Python's lower() or casefold() the Kelvin sign is a k, the long s an s.
        (claims("\u212aiosk@example.org"), "not_listed"),
        (claims("kio\u017fk@example.org"), "not_listed"),
        (claims("", groups=["cvg-Li\u0130le", "cvg", 7, None]), "not_listed"),
        (claims("x@example.org", groups={"cvg-lille": {}}), "not_listed"),
        (claims("x@example.org", roles=["cvg-lille"]), "not_listed"),
        (claims("rouen@example.org", iss="http://other.test"), "not_listed"),
        ({"iat": NOW, "email": "rouen@example.org", "email_verified": True}, "not_listed"),
        (claims("rouen@example.org", email_verified=False), "not_verified"),
        (claims("rouen@example.org", email_verified="true"), "not_verified"),
        (claims("rouen@example.org", email_verified=1), "not_verified"),
        ({"iss": ISSUER, "iat": NOW, "email": "rouen@example.org"}, "not_verified"),
        (claims("rouen@example.org", iat=NOW - SIGNED_IN_SECONDS), "too_old"),
        (claims("rouen@example.org", iat=NOW + 3600), "too_old"),
        (claims("rouen@example.org", iat=str(NOW)), "too_old"),
        ({"iss": ISSUER, "email": "rouen@example.org", "email_verified": True}, "too_old"),
        ({}, "not_listed"),
    ],
)
def test_everybody_else_reads_the_public_edition(given: dict[str, object], state: str) -> None:
    assert decided(given) == Access(state)
    assert decided(given).audience == "public"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "issuer = ",
        "issuer = 7",
        '[addresses]\n"a@example.org" = ["*"]',
        'issuer = "i"\naddresses = ["a@example.org"]',
        'issuer = "i"\n[addresses]\n"a@example.org" = "*"',
        'issuer = "i"\n[addresses]\n"a@example.org" = [1]',
        'issuer = "i"\n[addresses]\n"a@example.org" = ["*"]\n"A@example.org" = []',
        'issuer = "i"\n[adresses]\n"a@example.org" = ["*"]',
        'issuer = "i"\n[groups]\n"g" = ["*"]',
    ],
)
def test_a_list_that_is_not_understood_is_refused_whole(text: str) -> None:
    with pytest.raises(ValueError):
        read_allow_list(text)


# --- Sign-in, with the real viewer, a real provider and a real browser ---

OWN, OTHER, YEAR, INDICATOR = "08-Rouen", "01-Paris", 2023, "headcount.supported"
COMPARED = f"/comparer?indicateur={INDICATOR}&annee={YEAR}"
IN_OPEN = 0x20
COOKIE = "_streamlit_user"
COOKIE_SECRET = "only for these tests, and long enough"
USERS = {
    "own": {"email": "Own@Example.org", "email_verified": True},
    "group": {"email": "group@example.org", "email_verified": True, "groups": ["cvg-all"]},
    "stranger": {"email": "stranger@example.org", "email_verified": True},
    "unverified": {"email": "own@example.org", "email_verified": False},
    "unsaid": {"email": "own@example.org"},
}
LISTED = f"""
issuer = "ISSUER"
groups_claim = "groups"
[addresses]
"own@example.org" = ["{OWN}"]
[groups]
"cvg-all" = ["*"]
"""
PUBLIC_LINE, INTERNAL_LINE = "édition publique", "édition interne"
NOT_LISTED = "Ce compte n'est pas sur la liste de l'édition interne"
NOT_VERIFIED = "n'a pas vérifié cette adresse"
TOO_OLD = "Votre connexion date de plus de 12 heures"


@dataclass(frozen=True)
class Site:
    """The viewer with sign-in, its allow-list and the issuer of its provider."""

    viewer: Served
    allow_list: Path
    issuer: str

    def allow(self, text: str = LISTED) -> None:
        self.allow_list.write_text(text.replace("ISSUER", self.issuer))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def signing_in(editions: Path, home: Path) -> Iterator[Site]:
    users = [User(sub=name, claims=claims) for name, claims in USERS.items()]
    # The provider of the tests wants https of everybody else.
    with (
        pytest.MonkeyPatch.context() as patch,
        run_server_in_thread(user_claims=users) as provider,
    ):
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        issuer, port = f"http://localhost:{provider.server_port}", free_port()
        write_secrets(home, issuer, port)
        allow_list = home / "access.toml"
        variables = {"CVG_EDITIONS": editions, "CVG_ACCESS": allow_list}
        with served(home, port=port, **variables) as viewer:
            yield Site(viewer, allow_list, issuer)


@pytest.fixture
def site(signing_in: Site) -> Site:
    signing_in.allow()
    return signing_in


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


def write_secrets(home: Path, issuer: str, port: int, secret: str = COOKIE_SECRET) -> None:
    (home / "secrets.toml").write_text(f"""
        [auth]
        redirect_uri = "http://localhost:{port}/oauth2callback"
        cookie_secret = "{secret}"
        client_id = "viewer"
        client_secret = "secret"
        server_metadata_url = "{issuer}/.well-known/openid-configuration"
    """)


def sign_in(page: Page, site: Site, user: str) -> None:
    page.goto(site.viewer.address)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name=user, exact=True).click()
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible(timeout=30_000)


def compared(page: Page, site: Site) -> dict[str, str]:
    """The figures that the page shows of the own and of another territory."""
    page.goto(site.viewer.address + COMPARED)
    rows = page.locator("tr:has(th[scope=row])")
    rows.first.wait_for(state="attached")
    return {
        # The table is folded under its chart: its text is there, but not to be seen.
        place: rows.filter(has_text=place.split("-")[1]).first.locator("td").first.text_content()
        or ""
        for place in (OWN, OTHER)
    }


def held(editions: Path, audience: str) -> dict[str, tuple[float | None, str]]:
    """Value and status of the same figures in an edition."""
    pointer = read_pointer(editions)
    assert pointer
    with duckdb.connect(edition_file(editions, pointer.edition, audience), read_only=True) as file:
        found = file.execute(
            """select geography_id, value, status from mart_indicators
            where indicator_id = ? and reporting_year = ? and geography_id in (?, ?)
            and population = 'all' and breakdown = ''""",
            [INDICATOR, YEAR, OWN, OTHER],
        ).fetchall()
    return {place: (value, status) for place, value, status in found}


def text_of(figures: dict[str, tuple[float | None, str]]) -> dict[str, str]:
    """The figures as the page shows them."""
    return {place: f"{value:.0f}" for place, (value, _) in figures.items()}


@contextmanager
def watched(folder: Path) -> Iterator[Callable[[], set[str]]]:
    """Gives the names of the files of the folder that anybody has opened since."""
    libc = ctypes.CDLL(None, use_errno=True)
    queue = libc.inotify_init1(os.O_NONBLOCK)
    assert libc.inotify_add_watch(queue, bytes(folder), IN_OPEN) > 0

    def opened() -> set[str]:
        names, events = set(), os.read(queue, 2**20)
        while events:
            *_, length = struct.unpack_from("iIII", events)
            names.add(events[16 : 16 + length].rstrip(b"\0").decode())
            events = events[16 + length :]
        return names

    yield opened
    os.close(queue)


def assert_public(page: Page, site: Site, editions: Path) -> None:
    assert compared(page, site) == text_of(held(editions, "public"))
    expect(page.get_by_text(PUBLIC_LINE).first).to_be_visible()


def test_the_editions_differ_where_the_tests_look(editions: Path) -> None:
    public, internal = held(editions, "public"), held(editions, "internal")
    assert public.keys() == internal.keys() == {OWN, OTHER}
    assert all(public[place] != internal[place] for place in public)


def test_who_is_signed_out_reads_the_public_edition(page: Page, site: Site, editions: Path) -> None:
    assert_public(page, site, editions)
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible()


def test_an_address_reads_its_own_territory_and_elsewhere_the_public_edition(
    page: Page, site: Site, editions: Path
) -> None:
    sign_in(page, site, "own")
    expect(page.get_by_text("Ailleurs, l'édition publique")).to_be_visible()
    public, internal = text_of(held(editions, "public")), text_of(held(editions, "internal"))
    assert compared(page, site) == {OWN: internal[OWN], OTHER: public[OTHER]}
    expect(page.get_by_text(INTERNAL_LINE).first).to_be_visible()


def test_a_group_with_a_star_reads_everything(page: Page, site: Site, editions: Path) -> None:
    sign_in(page, site, "group")
    assert compared(page, site) == text_of(held(editions, "internal"))


@pytest.mark.parametrize(
    ("user", "notice"),
    [("stranger", NOT_LISTED), ("unverified", NOT_VERIFIED), ("unsaid", NOT_VERIFIED)],
)
def test_whoever_is_not_on_the_list_is_told_and_reads_the_public_edition(
    page: Page, site: Site, editions: Path, user: str, notice: str
) -> None:
    sign_in(page, site, user)
    assert_public(page, site, editions)
    expect(page.get_by_text(notice)).to_be_visible()


@pytest.mark.parametrize(
    "text",
    [
        LISTED.replace("ISSUER", "http://other.test"),
        LISTED.replace("own@", "former@"),
        LISTED + "[broken",
        None,
    ],
    ids=["another issuer", "taken off the list", "broken", "missing"],
)
def test_the_list_counts_as_it_is_now(
    page: Page, site: Site, editions: Path, text: str | None
) -> None:
    sign_in(page, site, "own")
    if text is None:
        site.allow_list.unlink()
    else:
        site.allow(text)
    assert_public(page, site, editions)
    expect(page.get_by_text(NOT_LISTED)).to_be_visible()


@pytest.mark.parametrize(
    ("secret", "age", "notice"),
    [
        (COOKIE_SECRET, 60, None),
        (COOKIE_SECRET, SIGNED_IN_SECONDS + 60, TOO_OLD),
        ("another secret that is long enough", 60, ""),
        ("", 60, ""),
    ],
    ids=["as the provider says", "too old", "forged", "forged with an empty secret"],
)
def test_a_cookie_counts_while_it_is_young_and_signed(
    page: Page, site: Site, editions: Path, secret: str, age: int, notice: str | None
) -> None:
    claims = {"email": "own@example.org", "email_verified": True, "iat": int(time.time()) - age}
    session = {"iss": site.issuer, "is_logged_in": True, "provider": "default"}
    value = json.dumps(claims | session | {"origin": site.viewer.address})
    cookie = create_signed_value(secret, COOKIE, value).decode()
    page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": site.viewer.address}])
    if notice is None:
        assert compared(page, site)[OWN] == text_of(held(editions, "internal"))[OWN]
        return
    assert_public(page, site, editions)
    expect(page.get_by_text(notice).first).to_be_visible()
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible()


def test_who_signs_out_reads_the_public_edition_again(
    page: Page, site: Site, editions: Path
) -> None:
    sign_in(page, site, "group")
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible(timeout=30_000)
    assert_public(page, site, editions)
    assert COOKIE not in {cookie["name"] for cookie in page.context.cookies()}


def test_nobody_is_named_in_what_the_server_says(site: Site) -> None:
    assert "example.org" not in site.viewer.log.read_text().casefold()


@pytest.mark.parametrize("missing", ["secrets", "allow-list", "cookie secret", "nothing"])
def test_without_its_configuration_nobody_signs_in_and_the_internal_edition_stays_shut(
    page: Page, editions: Path, tmp_path: Path, missing: str
) -> None:
    folder = shutil.copytree(editions, tmp_path / "editions")
    port = free_port()
    (tmp_path / "access.toml").write_text(LISTED)
    if missing != "secrets":
        secret = "short" if missing == "cookie secret" else COOKIE_SECRET
        write_secrets(tmp_path, "http://localhost:9", port, secret)
    access = "" if missing == "allow-list" else tmp_path / "access.toml"
    variables = {"CVG_EDITIONS": folder, "CVG_ACCESS": access}
    with served(tmp_path, port=port, **variables) as viewer, watched(folder) as opened:
        page.goto(viewer.address)
        expect(page.locator(".card").first).to_be_attached(timeout=30_000)
        expect(page.get_by_text(PUBLIC_LINE).first).to_be_visible()
        page.wait_for_load_state("networkidle")
        buttons = page.get_by_role("button", name="Se connecter")
        expect(buttons).to_have_count(1 if missing == "nothing" else 0)
        names = opened()
    assert any(name.endswith("-public.duckdb") for name in names)
    assert not any(name.endswith("-internal.duckdb") for name in names)
