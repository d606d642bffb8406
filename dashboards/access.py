"""Who may read the internal edition, and of which territories: decided here and nowhere else.

Without `CVG_ACCESS`, and without an identity provider in Streamlit's secrets, everybody reads the
public edition and nobody can sign in; but on one's own machine (`own_machine`). See
docs/viewer-operations.md.
"""

import os
import string
import sys
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from dashboards import own_machine

EVERYTHING = "*"
# A working day. Streamlit's own cookie would hold for 30 days.
SIGNED_IN_SECONDS = 12 * 3600
# What signs Streamlit's cookie must not be guessed: 32 random characters and more.
SHORTEST_COOKIE_SECRET = 32

_SMALL_LETTERS = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)

State = Literal[
    "closed",
    "signed_out",
    "too_old",
    "not_verified",
    "not_listed",
    "listed",
    "own_machine",
    "not_own_machine",
]


@dataclass(frozen=True)
class Access:
    """What one person may read: the internal edition of `territories`, elsewhere the public one."""

    state: State
    territories: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Whether the whole internal edition may be read, the whole programme's figures too."""
        return EVERYTHING in self.territories

    @property
    def audience(self) -> Literal["public", "internal"]:
        """The edition that the figures of this person come from, for some territories at least."""
        return "internal" if self.territories else "public"


@dataclass(frozen=True)
class AllowList:
    """The file of `CVG_ACCESS`: who is on it, by address or by group, and their territories."""

    issuer: str
    groups_claim: str | None
    addresses: Mapping[str, frozenset[str]]
    groups: Mapping[str, frozenset[str]]


def access(edition_id: str | None) -> Access:
    """What the person of this session may read. Asked anew at each run: the list may change."""
    if own_machine.is_asked():
        if edition_id and own_machine.is_own(edition_id):
            return Access("own_machine", frozenset({EVERYTHING}))
        return Access("not_own_machine")
    file = os.environ.get("CVG_ACCESS")
    if not file or not _has_provider():
        return Access("closed")
    if not st.user.is_logged_in:
        return Access("signed_out")
    try:
        allowed = read_allow_list(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        print("CVG_ACCESS: cannot be read or understood, so nobody is on it", file=sys.stderr)
        return Access("not_listed")
    return decide(st.user.to_dict(), allowed, time.time())


def decide(claims: Mapping[str, Any], allowed: AllowList, now: float) -> Access:
    """What somebody with these claims may read at `now`, in seconds since 1970."""
    if claims.get("iss") != allowed.issuer:
        return Access("not_listed")
    issued = claims.get("iat")
    if not isinstance(issued, int | float) or not now - SIGNED_IN_SECONDS < issued <= now + 60:
        return Access("too_old")
    groups = claims.get(allowed.groups_claim) if allowed.groups_claim else None
    groups = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    address = claims.get("email")
    verified = claims.get("email_verified") is True
    found = [
        allowed.addresses.get(_same_case(address), ()) if verified else (),
        *(allowed.groups.get(_same_case(group), ()) for group in groups),
    ]
    territories = frozenset().union(*found)
    if territories:
        return Access("listed", territories)
    return Access("not_listed" if verified or not address else "not_verified")


def read_allow_list(text: str) -> AllowList:
    """The list that a TOML text gives. Raises `ValueError` where a part of it is not understood."""
    read = tomllib.loads(text)
    issuer, groups_claim = read.pop("issuer", None), read.pop("groups_claim", None)
    addresses, groups = (
        _territories(read.pop("addresses", {})),
        _territories(read.pop("groups", {})),
    )
    if read or not issuer or not isinstance(issuer, str) or (groups and not groups_claim):
        raise ValueError("not an allow-list")
    return AllowList(issuer, groups_claim, addresses, groups)


def _territories(read: object) -> dict[str, frozenset[str]]:
    """The territories of each address or group."""
    if not isinstance(read, dict):
        raise ValueError("not a table")
    listed: dict[str, frozenset[str]] = {}
    for name, territories in read.items():
        is_list = isinstance(territories, list) and all(isinstance(t, str) for t in territories)
        if not is_list or _same_case(name) in listed:
            raise ValueError("not a list of territories, or a name that is there twice")
        listed[_same_case(name)] = frozenset(territories)
    return listed


def _same_case(name: object) -> str:
    """A name to compare: A to Z in small letters, and no other letter taken for one of them."""
    return str(name).translate(_SMALL_LETTERS)


def _has_provider() -> bool:
    """Whether the secrets name an identity provider, and what signs cookies cannot be guessed."""
    # Streamlit knows `is_logged_in` only where there is an [auth] section.
    if "is_logged_in" not in st.user:
        return False
    return len(st.secrets["auth"].get("cookie_secret", "")) >= SHORTEST_COOKIE_SECRET
