"""The internal edition without a sign-in: at the machine of whom its file belongs to, only there.

`make app AUDIENCE=internal` asks for it. See docs/viewer-operations.md why that is no way around
the sign-in.
"""

import os
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from pathlib import Path

import streamlit as st

from cvg_warehouse.paths import editions_folder
from cvg_warehouse.publication.editions.pointer import edition_file

HERE = ("localhost", "127.0.0.1", "[::1]")
# Where Linux says which sockets there are, and whose.
SOCKETS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
CONNECTED = "01"


def is_asked() -> bool:
    """Whether the viewer was started for the internal edition."""
    return os.environ.get("CVG_AUDIENCE") == "internal"


def is_own(edition_id: str) -> bool:
    """Whether this page goes to nobody but the owner of the edition's file, on this machine."""
    port = int(st.get_option("server.port"))
    return (
        is_loopback(st.get_option("server.address"))
        and is_direct(st.context.headers, port)
        and belongs_to(edition_file(editions_folder(), edition_id, "internal"), os.geteuid())
        and is_alone(sockets(), port, os.geteuid())
    )


def is_loopback(address: str | None) -> bool:
    """Whether a server that listens at this address is reached from its own machine only."""
    try:
        return address == "localhost" or ip_address(address or "").is_loopback
    except ValueError:
        return False


def is_direct(headers: Mapping[str, str], port: int) -> bool:
    """Whether a request names this machine itself, and no proxy passed it on."""
    names = {name.lower() for name in headers}
    passed_on = any(name.startswith("x-forwarded-") for name in names) or names & {
        "forwarded",
        "via",
    }
    host = next((value for name, value in headers.items() if name.lower() == "host"), "")
    return not passed_on and host in {f"{name}:{port}" for name in HERE}


def belongs_to(file: Path, user: int) -> bool:
    """Whether a file is there, and this user's own."""
    try:
        return file.stat().st_uid == user
    except OSError:
        return False


def is_alone(sockets: Iterable[str], port: int, user: int) -> bool:
    """Whether all who are connected to a port of this machine are this user.

    `sockets` are the lines of `/proc/net/tcp`. Where there are none nobody knows who is connected.
    """
    connected = [
        fields
        for fields in map(str.split, sockets)
        if len(fields) > 7 and fields[3] == CONNECTED and fields[2].endswith(f":{port:04X}")
    ]
    return bool(connected) and all(int(fields[7]) == user for fields in connected)


def sockets() -> list[str]:
    """The lines in which Linux lists the connections of this machine."""
    return [line for file in SOCKETS if file.exists() for line in file.read_text().splitlines()]
