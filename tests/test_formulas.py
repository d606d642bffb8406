"""A text of somebody else's never becomes a live formula of a spreadsheet."""

import csv
import io
from pathlib import Path

import pytest
from tests.support.deliveries import action, checks_of, csv_text, salaries, take_in

from cvg_warehouse.feedback.french import plain
from cvg_warehouse.formulas import disarmed, is_formula
from cvg_warehouse.reading.export import csv_bytes

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t1", "\r1", "\n=1", "\u00a0=1", "  \t@x"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_written_as_text_everywhere(text: str) -> None:
    assert is_formula(text)
    assert disarmed(text) == f"'{text}"
    assert not is_formula(plain(text))
    (cells,) = csv.reader(io.StringIO(csv_bytes([[text]]).decode("utf-8-sig"), newline=""))
    assert cells == [f"'{text}"]


@pytest.mark.parametrize("text", ["", "1+1", "'=1", "Saint-Denis", "a@b", "\u22122,5", "–", "x\t="])
def test_another_text_stays_as_it_is(text: str) -> None:
    assert disarmed(text) == text


def test_a_formula_of_a_delivery_goes_into_quarantine(tmp_path: Path) -> None:
    files = {
        "salaries.csv": csv_text(salaries()),
        "actions.csv": csv_text([action(1, partenaires="=cmd()"), action(2, partenaires="'+1")]),
    }
    result = take_in(tmp_path, files)
    assert "formula_text" in checks_of(result)
    held = (tmp_path / "quarantine" / "actions.csv").read_text(encoding="utf-8-sig")
    assert ";'=cmd();" in held
    assert ";'+1;" in held
