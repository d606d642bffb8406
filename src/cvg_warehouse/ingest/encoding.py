"""Which encoding a text file has: proven from end to end, or the file is refused."""

import re

from cvg_warehouse.ingest.sheets import FileRefused, Place

UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
PEEKED = 4_000
MOSTLY = 0.9
LINE_END = re.compile(r"\r\n|\r|\n")
# What the bytes of an accented letter in UTF-8 look like when they are read as cp1252.
CONTINUATION = bytes(range(0x80, 0xC0)).decode("cp1252", errors="ignore") + "\u0081\u008d\u0090"
MOJIBAKE = re.compile(rf"[ÂÃ][{re.escape(CONTINUATION)}]|â€|ï»¿|\ufffd")
BROKEN_PREFIX = re.compile("[ÂÃâï\ufffd]")
# What the accented letters of MacRoman, cp850 and cp437 and the signs of ISO-8859-15 look like
# when they are read as cp1252, where French and Slavic words have none of them.
LOWER, UPPER = "a-zß-öø-ÿœšž", "A-ZÀ-ÖØ-ÞŒŠŽŸ"
LETTER = LOWER + UPPER
ENDS = r";,\t"
SUSPECT = re.compile("[ŽŠŸŒÕÒÓÐÑÏÎÊÈÇÛ‚ƒ‡‰„™‹˜†¦£¢½¼¾•‘“”€–—žˆ¤¯]")
IMPOSSIBLE = re.compile(
    rf"[{LOWER}][ŽŠŸŒÕÒÓÐÑÏÊÈÇ]"  # é è ü î ’ “ ” – — œ » « after a letter
    rf"|[{UPPER}][ŽŠŸÕ][{LOWER}]|\bŽ[cfpqstx]"  # the same in or before a word: Léa, L’État, école
    rf"|[{LETTER}][‚ƒ‡‰]|[ƒ‡][{LETTER}]|(?<!\d)(?<!\d )‰[{LETTER}]|‚[{LOWER}]"  # é É â ç
    rf"|[{LETTER}][„™‹˜†¦£¢½¼¾][{LOWER}]|[AaOo]•[{LOWER}]|[ao]‘l"  # ô ä ï ë inside a word
    rf"|[{LETTER}]“[{LOWER}][^”{ENDS}]*(?:[{ENDS}]|$)"  # ô: a quote that is not closed
    rf"|(?:^|[{ENDS}])[^“{ENDS}]*[{LETTER}]”[{LOWER}]"  # î: a quote that is not opened
    rf"|[{LETTER}]{{2}}€[{UPPER}]|[{LETTER}][½¼][{LETTER}]|[½¼ÎÏ](?:uvre|uf)"  # Ç œ
    rf"|[{UPPER}]Œ(?!u)[{LOWER}]|\bŒle\b|(?:ao|co|go)[–ž]t|\bo—"  # î û ù
    rf"|(?<![{LETTER}])[ÈÛ](?![{LETTER}.])|[ˆ¤¯]"  # » € à ê
)


def decoded(content: bytes, problems: list[Place]) -> str:
    """The text by BOM, else as UTF-16 where every second byte is NUL, as UTF-8, as cp1252.

    Adds warnings to `problems`; raises FileRefused where no encoding holds from end to end.
    """
    if encoding := _utf16(content):
        return _decoded_utf16(content, encoding, problems)
    if b"\0" in content:
        raise FileRefused("nul_byte", line=_line_of_byte(content, content.index(0)))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_of_byte(content, error.start)
    if content.startswith(UTF8_BOM) or _has_utf8_line(content):
        raise FileRefused("encoding_mixed", line=line)
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise FileRefused("encoding_unknown", line=line) from None
    if line_of_mojibake(text):
        raise FileRefused("encoding_mixed", line=line)
    if SUSPECT.search(text):
        for line, letters in enumerate(LINE_END.split(text), start=1):
            if SUSPECT.search(letters) and IMPOSSIBLE.search(letters):
                raise FileRefused("encoding_unknown", line=line)
    problems.append(Place("encoding_cp1252"))
    return text


def line_of_mojibake(text: str) -> int:
    """The first line, from 1, whose UTF-8 was read as cp1252 somewhere on its way; 0 for none."""
    found = MOJIBAKE.search(text) if BROKEN_PREFIX.search(text) else None
    return _line_at(text, found.start()) if found else 0


def _line_at(text: str, position: int) -> int:
    return len(LINE_END.findall(text, 0, position)) + 1


def _line_of_byte(content: bytes, position: int) -> int:
    return _line_at(content[:position].decode("latin-1"), position)


def _utf16(content: bytes) -> str:
    """UTF-16 by its BOM, or by the NUL in every second byte of letters without accents; else ''."""
    if encoding := UTF16_BOMS.get(content[:2]):
        return encoding
    peeked = content[: PEEKED - PEEKED % 2]
    even, odd = peeked[::2], peeked[1::2]
    for encoding, letters, nuls in (("utf-16-le", even, odd), ("utf-16-be", odd, even)):
        if letters and not letters.count(0) and nuls.count(0) >= MOSTLY * len(nuls):
            return encoding
    return ""


def _decoded_utf16(content: bytes, encoding: str, problems: list[Place]) -> str:
    if len(content) % 2:
        raise FileRefused("file_truncated")
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise FileRefused("encoding_unknown") from None
    if "\0" in text:
        raise FileRefused("nul_byte", line=_line_at(text, text.index("\0")))
    problems.append(Place("encoding_utf16"))
    return text


def _has_utf8_line(content: bytes) -> bool:
    """Whether a line beyond ASCII is UTF-8."""
    for line in content.splitlines():
        if not line.isascii():
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                continue
            return True
    return False
