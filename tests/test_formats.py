"""Numbers, shares and dates: written once, and alike wherever they are shown."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Built
from cvg_warehouse.feedback.indicators import Indicator
from cvg_warehouse.formats import day, number, share
from cvg_warehouse.reading.figures import written

THIN, MINUS = "\u202f", "\u2212"
OF_A_WORKSITE = Indicator("", "", "", "share", "share", None, None, None, None, None)


def in_a_letter(value: float) -> str:
    """A share as a worksite reads it in its letter."""
    return replace(OF_A_WORKSITE, value=value).own


@pytest.mark.parametrize(
    ("value", "decimals", "french", "english"),
    [
        (0, 0, "0", "0"),
        (2.5, 0, "3", "3"),
        (0.125, 2, "0,13", "0.13"),
        (999.95, 1, f"1{THIN}000,0", "1,000.0"),
        (12208, 0, f"12{THIN}208", "12,208"),
        (1234567.25, 1, f"1{THIN}234{THIN}567,3", "1,234,567.3"),
        (-2.5, 1, f"{MINUS}2,5", f"{MINUS}2.5"),
        (-1234, 0, f"{MINUS}1{THIN}234", f"{MINUS}1,234"),
        (-0.04, 1, "0,0", "0.0"),
        (1e-7, 1, "0,0", "0.0"),
    ],
)
def test_a_number_is_written_as_in_its_language(
    value: float, decimals: int, french: str, english: str
) -> None:
    assert number(value, decimals, "fr") == french
    assert number(value, decimals, "en") == english


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (0.5625, f"56,3{THIN}%", "56.3%"),
        (0.8125, f"81,3{THIN}%", "81.3%"),
        (0.378, f"37,8{THIN}%", "37.8%"),
        (0, f"0,0{THIN}%", "0.0%"),
        (1, f"100,0{THIN}%", "100.0%"),
        (12.345, f"1{THIN}234,5{THIN}%", "1,234.5%"),
    ],
)
def test_a_share_is_rounded_half_up(value: float, french: str, english: str) -> None:
    assert share(value, "fr") == french
    assert share(value, "en") == english


@given(st.integers(1, 5000).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))))
def test_every_share_is_what_is_nearest_and_half_up(parts: tuple[int, int]) -> None:
    value = parts[0] / parts[1]
    nearest = (Decimal(str(value)) * 1000).to_integral_value(ROUND_HALF_UP) / 10
    assert share(value, "fr") == f"{nearest:.1f}{THIN}%".replace(".", ",")
    assert in_a_letter(value) == written(value, "share", "fr")


def test_letter_and_viewer_print_every_share_alike(built: Built) -> None:
    values = built.query(
        "select distinct value from mart_indicators inner join stg_reference__indicators "
        "using (indicator_id) where unit = 'share' and value is not null"
    )
    assert len(values) > 2000
    assert not [value for (value,) in values if in_a_letter(value) != written(value, "share", "fr")]
    assert [value for (value,) in values if str(value).endswith("5") and value * 10000 % 10 == 5]


@pytest.mark.parametrize(
    ("moment", "french", "english"),
    [
        (date(2026, 11, 23), "23 novembre 2026", "23 November 2026"),
        (date(2024, 2, 1), "1er février 2024", "1 February 2024"),
        (date(2024, 8, 31), "31 août 2024", "31 August 2024"),
    ],
)
def test_a_date_is_written_as_in_its_language(moment: date, french: str, english: str) -> None:
    assert day(moment, "fr") == french
    assert day(moment, "en") == english
