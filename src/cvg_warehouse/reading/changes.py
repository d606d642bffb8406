"""What changed from one figure to another: only where both are shown, and no cause."""

from decimal import ROUND_HALF_UP, Decimal

from cvg_warehouse.formats import number, signed
from cvg_warehouse.reading.figures import Figure, decimals_of
from cvg_warehouse.reading.texts import Language, say

IN_PERCENT = ("share", "points")
WITH_UNIT = ("months", "years")


def change(now: Figure, before: Figure) -> Decimal | None:
    """How much larger the figure is, rates in points; None where one of both is not shown.

    It is the difference of what is read: rounded as the coarser of both is.
    """
    if now.value is None or before.value is None:
        return None
    return _as_read(now, before, now.value) - _as_read(now, before, before.value)


def _as_read(now: Figure, before: Figure, value: float) -> Decimal:
    in_unit = Decimal(str(value)) * (100 if now.indicator.unit in IN_PERCENT else 1)
    step = Decimal(1).scaleb(-decimals_of_change(now, before))
    return in_unit.quantize(step, ROUND_HALF_UP)


def decimals_of_change(now: Figure, before: Figure) -> int:
    """As many decimals as both figures are known to."""
    return min(decimals_of(now), decimals_of(before))


def change_text(now: Figure, before: Figure, language: Language, with_sign: bool = True) -> str:
    """`+3,2 points`, `−4`, `+0,4 mois`; '' where one of both is not shown."""
    by = change(now, before)
    if by is None:
        return ""
    decimals = decimals_of_change(now, before)
    text = signed(by, decimals, language) if with_sign else number(abs(by), decimals, language)
    unit = now.indicator.unit
    if unit in IN_PERCENT:
        is_one = abs(by) < 2 if language == "fr" else text.endswith("1") and abs(by) == 1
        return say(language, "change_point" if is_one else "comparison_points", text)
    return f"{text}\u00a0{say(language, 'unit_' + unit)}" if unit in WITH_UNIT else text


def since_text(now: Figure, before: Figure, language: Language) -> str:
    """`+3,2 points depuis 2023`; '' where one of both is not shown."""
    if change(now, before) == 0:
        return say(language, "no_change_since", before.year)
    by = change_text(now, before, language)
    return say(language, "change_since", by, before.year) if by else ""
