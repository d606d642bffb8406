"""Numbers, shares and dates as people read them, in French and in English.

Whatever shows a figure to a person writes it here, so that the same value is the same text in a
worksite's letter, in the viewer and in the documentation.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Literal

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, parse_pattern

Language = Literal["fr", "en"]

NARROW_SPACE = "\u202f"
"""Narrow no-break space: between thousands and before the percent sign in French."""
MINUS = "\u2212"
SHARE_DECIMALS = 1


def number(value: float | Decimal, decimals: int = 0, language: Language = "fr") -> str:
    """A number, rounded half up: 1 234,5 in French, 1,234.5 in English; the minus is typographic.

    The spaces are narrow no-break spaces.
    """
    # Babel itself rounds half to even. Zero is added for what rounds to zero from below.
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0
    return _pattern(decimals).apply(rounded, _locale(language)).replace("-", MINUS)


def signed(value: float | Decimal, decimals: int = 0, language: Language = "fr") -> str:
    """A number with its sign, also where it is positive; zero has none."""
    text = number(value, decimals, language)
    has_sign = text.startswith(MINUS) or text == number(0, decimals, language)
    return text if has_sign else f"+{text}"


def share(value: float | Decimal, language: Language = "fr", decimals: int = SHARE_DECIMALS) -> str:
    """A share between 0 and 1 in percent: 56,3 % in French, 56.3% in English."""
    percent = number(Decimal(str(value)) * 100, decimals, language)
    return f"{percent}{NARROW_SPACE}%" if language == "fr" else f"{percent}%"


def day(moment: date, language: Language = "fr") -> str:
    """The date of a day or moment: 23 novembre 2026, 1er décembre 2026, 23 November 2026."""
    is_first = language == "fr" and moment.day == 1
    return format_date(moment, "d'er' MMMM y" if is_first else "d MMMM y", _locale(language))


@cache
def _locale(language: Language) -> Locale:
    return Locale.parse(language)


@cache
def _pattern(decimals: int) -> NumberPattern:
    return parse_pattern("#,##0." + "0" * decimals)
