"""Which delivery is the later one: by key and date of delivery, never by when it was handled."""

import csv
from pathlib import Path

from tests.support.deliveries import checks_of, csv_text, salaries, take_in

from conftest import read_rows, write_rows

FIRST, SECOND = csv_text(salaries()), csv_text(salaries({}, {"sexe": "H"}))


def sexes(folder: Path) -> list[str]:
    return sorted(row["sexe"] for row in read_rows(folder / "out" / "salaries.csv"))


def waiting(folder: Path) -> list[dict[str, str]]:
    file = folder / "quarantine" / "salaries.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def test_a_row_without_a_date_does_not_correct_a_dated_one(tmp_path: Path) -> None:
    take_in(tmp_path, {"2025-01-31 salaries.csv": FIRST})
    result = take_in(tmp_path, {"salaries.csv": SECOND})
    assert "delivery_date_needed" in checks_of(result)
    assert (result.files[0].loaded, result.files[0].quarantined) == (2, 1)
    (finding,) = [f for f in result.findings if f.check_id == "delivery_date_needed"]
    assert finding.other == "2025-01-31 salaries.csv:3"
    assert sexes(tmp_path) == ["F", "F", "F"]
    dated = take_in(tmp_path, {"2025-02-28 salaries.csv": SECOND})
    assert dated.all_is_well, checks_of(dated)
    assert sexes(tmp_path) == ["F", "F", "H"]
    assert not waiting(tmp_path), "the dated delivery settles the row"


def test_a_dated_row_corrects_one_without_a_date(tmp_path: Path) -> None:
    take_in(tmp_path, {"salaries.csv": FIRST})
    assert take_in(tmp_path, {"salaries du 31-01-2025.csv": SECOND}).all_is_well
    assert sexes(tmp_path) == ["F", "F", "H"]


def test_going_back_to_an_earlier_file_changes_nothing_and_is_told(tmp_path: Path) -> None:
    for files in ({"a salaries.csv": FIRST}, {"b salaries.csv": SECOND}):
        take_in(tmp_path, files)
    again = take_in(tmp_path, {"a salaries.csv": FIRST})
    assert "delivered_before" in checks_of(again)
    assert sexes(tmp_path) == ["F", "F", "H"]
    anew = take_in(tmp_path, {"2025-03-31 a salaries.csv": FIRST})
    assert anew.all_is_well
    assert sexes(tmp_path) == ["F", "F", "F"], "a date in its name makes it the latest"


def test_a_row_that_a_later_delivery_has_right_leaves_the_quarantine(tmp_path: Path) -> None:
    """And does not come back over it when it is corrected after all."""
    take_in(tmp_path, {"v1 salaries.csv": csv_text(salaries({}, {"sexe": "?"}))})
    (row,) = waiting(tmp_path)
    result = take_in(tmp_path, {"v2 salaries.csv": SECOND})
    assert result.settled_in_quarantine == 1
    assert not waiting(tmp_path)
    row["sexe"] = "F"
    corrected = tmp_path / "corrected.csv"
    write_rows(corrected, list(row), [row])
    late = take_in(tmp_path, {"corrected salaries.csv": corrected.read_text()})
    assert late.all_is_well, checks_of(late)
    assert sexes(tmp_path) == ["F", "F", "H"], "the row keeps the place of its delivery"
    assert sum(sheet.replaced for file in late.files for sheet in file.sheets) == 1


def test_a_row_in_quarantine_is_known_by_its_delivery_and_not_by_its_line(tmp_path: Path) -> None:
    take_in(tmp_path, {"salaries.csv": csv_text(salaries({}, {"sexe": "?"}))})
    other = csv_text(salaries(count=5)[2:])
    take_in(tmp_path, {"salaries.csv": other})
    (row,) = waiting(tmp_path)
    assert (row["raison"], row["ligne_source"]) == ("sexe:missing_as_text", "3")
