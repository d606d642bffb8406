"""Who reads the internal edition: the allow-list, and sign-in at a real OpenID provider."""

import pytest
from dashboards.access import SIGNED_IN_SECONDS, Access, decide, read_allow_list

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
