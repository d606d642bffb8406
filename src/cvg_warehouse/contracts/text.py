"""How texts are compared: accents, case, spaces and typographic signs aside."""

import re
import unicodedata
from functools import lru_cache

# No-break, narrow, thin and zero-width spaces, and the byte order mark, which Python keeps.
INVISIBLE = "\u00a0\u2007\u2009\u200a\u202f\u200b\u200c\u200d\u2060\ufeff\u00ad"
SPACES = re.compile(rf"[\s{INVISIBLE}]+")
INSIDE_NUMBERS = re.compile(rf"(?<=\d)[ {INVISIBLE}](?=\d{{3}}(?:\D|$))")
SIGNS = str.maketrans("’‘ʼ`´′‐‑‒–—―−", "''''''-------")
WORD = re.compile(r"[a-z0-9]+")


def trimmed(value: str) -> str:
    """The value in composed form (NFC), each run of spaces as one plain space, none around it."""
    return unicodedata.normalize("NFC", SPACES.sub(" ", value)).strip()


@lru_cache(maxsize=100_000)
def folded(value: str) -> str:
    """The value in lower case, without accents and with plain spaces, quotes and dashes."""
    decomposed = unicodedata.normalize("NFKD", trimmed(value).translate(SIGNS).casefold())
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return trimmed(plain.replace("œ", "oe").replace("æ", "ae").translate(SIGNS))


def words_of(value: str) -> tuple[str, ...]:
    """The words of a value, folded; punctuation aside."""
    return tuple(WORD.findall(folded(value)))


def header_key(header: str) -> str:
    """A header as it is compared: its words, joined by one underscore."""
    return "_".join(words_of(header))


def name_key(name: str) -> str:
    """A name of a file or sheet as it is compared: composed (NFC), case and outer spaces aside."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).strip()
