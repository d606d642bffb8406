"""Keyed pseudonyms: who holds the key can make them again, nobody can turn them back.

The key is 32 bytes or more in hexadecimal figures, in `CVG_PSEUDONYM_KEY` or in the file that
`CVG_PSEUDONYM_KEY_FILE` names, never inside the project. A pseudonym is the first 20 figures (80
bits) of an HMAC-SHA-256: among ten million identifiers the odds of two equal ones are 1 in 24
billion.

It is made in two steps, because a file may be read before anybody knows whose numbers it holds:
first of the kind and the identifier, as the worksite wrote it (its *local* pseudonym, which the
quarantine shows too), then of the number space and the local one.
"""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from cvg_warehouse.contracts.text import words_of
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.terminal import Refusal, shown

KEY, KEY_FILE = "CVG_PSEUDONYM_KEY", "CVG_PSEUDONYM_KEY_FILE"
SHORTEST_KEY = 32
FIGURES, SHORT = 20, 12
PSEUDONYM = re.compile(rf"[0-9a-f]{{{FIGURES}}}")
MAKE_ONE = f"make one with `cvg key new --out FILE` and name the file in {KEY_FILE}"


def local_pseudonym(key: bytes, kind: str, identifier: str) -> str:
    """The pseudonym of an identifier of one kind (`id_salarie`, `id_parcours`), whoever's it is."""
    return _keyed(key, f"{kind}\0{identifier}")


def pseudonym(key: bytes, kind: str, space: str, local: str) -> str:
    """The stored pseudonym: of a local one in the number space of a worksite."""
    return _keyed(key, f"{kind} of\0{space}\0{local}")


def name_hash(key: bytes, name: str) -> str:
    """What a person's name is remembered by; `name` is folded, as `people.names_in` gives it."""
    return _keyed(key, f"name\0{name}")[:SHORT]


def like_hash(key: bytes, looks: str) -> str:
    """What is equal for identifiers that look alike; `looks` is `values.look_alike_key`'s."""
    return _keyed(key, f"like\0{looks}")[:SHORT]


def identity(key: bytes, name: str, first_name: str, birth_date: str) -> str:
    """What stands for a person by name and birth date, or '' where one of them is not known."""
    known = [" ".join(words_of(name)), " ".join(words_of(first_name)), birth_date]
    return local_pseudonym(key, "identity", "\0".join(known)) if all(known) else ""


def delivery_id(key: bytes, path: str, sha256: str) -> str:
    """The id of a delivery: of the bytes of a file under its path."""
    return _keyed(key, f"delivery\0{path}\0{sha256}")[:SHORT]


def tombstone(key: bytes, stored: str) -> str:
    """What a withdrawn person's stored identifier is remembered by."""
    return _keyed(key, f"withdrawn\0{stored}")


def key_version(key: bytes) -> str:
    """A short text that differs between keys and reveals nothing of them."""
    return hmac.new(key, b"version", hashlib.sha256).hexdigest()[:8]


def load_key(environment: Mapping[str, str] = os.environ) -> bytes:
    """The key. Raises Refusal where it is absent, short, unreadable or inside the project."""
    if text := environment.get(KEY, "").strip():
        return _key(text, KEY)
    if not (name := environment.get(KEY_FILE, "").strip()):
        raise Refusal(f"no key for pseudonyms: neither {KEY} nor {KEY_FILE} is set; {MAKE_ONE}")
    file = Path(name).expanduser().resolve()
    if file.is_relative_to(PROJECT):
        raise Refusal(f"{KEY_FILE}: {shown(file)} lies inside the project; move it out of it")
    try:
        return _key(file.read_text(encoding="ascii").strip(), KEY_FILE)
    except OSError as error:
        raise Refusal(f"{KEY_FILE}: {file} cannot be read ({error.strerror}); {MAKE_ONE}") from None
    except UnicodeDecodeError:
        raise Refusal(f"{KEY_FILE}: {file} holds no key; {MAKE_ONE}") from None


def new_key(file: Path) -> None:
    """Write a new key, for its owner's eyes only. Never overwrites one."""
    file = file.expanduser().resolve()
    if file.is_relative_to(PROJECT):
        raise Refusal(f"--out {shown(file)}: lies inside the project; name a file outside it")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refusal(f"--out {file}: exists; a key that is lost cannot be made again") from None
    except OSError as error:
        raise Refusal(f"--out {file}: cannot be written ({error.strerror})") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(SHORTEST_KEY) + "\n")


def _keyed(key: bytes, message: str) -> str:
    return hmac.digest(key, message.encode(), "sha256").hex()[:FIGURES]


def _key(text: str, source: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise Refusal(f"{source}: the key is not in hexadecimal figures; {MAKE_ONE}") from None
    if len(key) < SHORTEST_KEY or len(set(key)) < SHORTEST_KEY // 4:
        raise Refusal(
            f"{source}: the key is too short or too plain; {SHORTEST_KEY} random bytes are needed: "
            + MAKE_ONE
        )
    return key
