"""What a number format of a spreadsheet makes of a number (ECMA-376, part 1, 18.8.30 and 31)."""

import re
from functools import lru_cache

NOT_TEXT = None
PLAIN = ()
BUILT_IN = (
    dict.fromkeys((*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)), "yyyy-mm-dd")
    | dict.fromkeys((2, 4, 7, 8, 39, 40, 43, 44), "0.00")
    | {9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 48: "##0.0E+0"}
)
"""Codes by number, for formats that a file need not declare and that show more than digits."""
SIGN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<bracket>[^\]]*)\]|[_*].|(?P<plain>.)'
)
ELAPSED = re.compile("h+|m+|s+", re.IGNORECASE)
PLACES = "0#"

Mask = tuple[str, ...]
"""How an identifier of digits is shown: `0` and `#` for a digit, anything else as a literal sign
with a backslash before it."""


@lru_cache(maxsize=10_000)
def mask_of(code: str) -> Mask | None:
    """How a whole number is shown: PLAIN as it is, NOT_TEXT as something else than a number."""
    mask: list[str] = []
    if code.lower() in ("", "general", "@"):
        return PLAIN
    for found in SIGN.finditer(code):
        plain, bracket = found["plain"], found["bracket"]
        if plain == ";":
            break
        if ELAPSED.fullmatch(bracket or "") or (plain and plain in "ymdhsYMDHS%./?Ee"):
            return NOT_TEXT
        if plain and plain in PLACES:
            mask.append(plain)
        elif plain != ",":
            mask += [f"\\{sign}" for sign in found["quoted"] or found["escaped"] or plain or ""]
    literal = {sign for sign in mask if sign not in PLACES}
    if literal and len(literal) == len(set(mask)):
        return NOT_TEXT
    if "0" in mask:  # a zero makes zeros of the places after it
        first = mask.index("0")
        mask[first:] = ["0" if sign == "#" else sign for sign in mask[first:]]
    is_padded = mask.count("0") > 1 or any(sign.strip("\\ \u00a0\u202f") for sign in literal)
    return tuple(mask) if is_padded else PLAIN


def shown(number: int, mask: Mask) -> str:
    """The digits of a number from 0 on, in the places of a mask."""
    count = sum(sign in PLACES for sign in mask)
    digits = str(number).rjust(count)
    before, rest = digits[: len(digits) - count], iter(digits[len(digits) - count :])
    text = ""
    for sign in mask:
        if sign in PLACES:
            digit = next(rest)
            text += before + (digit if digit != " " else "0" if sign == "0" else "")
            before = ""
        else:
            text += sign[1:]
    return text
