"""What the ingest says: enough to act on, and little enough to be read."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from tests.support.deliveries import (
    action,
    checks_of,
    csv_text,
    salarie,
    salaries,
    saved,
    sortie,
    take_in,
    workbook,
)

from cvg_warehouse.contracts.exports import contract_of
from cvg_warehouse.contracts.seeds import worksites_of
from cvg_warehouse.ingest.expectations import value_failures
from cvg_warehouse.ingest.findings import AbsentWorksite, FileResult, IngestResult, Outcome
from cvg_warehouse.ingest.reporting import print_result, problem_lines


def told(result: IngestResult, check_id: str) -> list[str]:
    return [line for line in problem_lines(result) if line.endswith(f"[{check_id}]")]


def made(files: list[FileResult], absent: list[AbsentWorksite] | None = None) -> IngestResult:
    return IngestResult(files, {}, absent or [], [], [], "k", "c", Path("/o"), Path("/q"))


def test_absent_columns_and_empty_sheets_are_one_line_a_file(tmp_path: Path) -> None:
    book = workbook({"salaries": salaries(), "sorties": [sortie()], "actions": [action()]})
    book["sorties"].delete_rows(2)
    book["actions"].delete_rows(2)
    result = take_in(tmp_path, {"PAR-01.xlsx": saved(book), "b_sorties.csv": csv_text([sortie()])})
    by_file = {file.path: file for file in result.files}
    absent = [f for f in by_file["PAR-01.xlsx"].findings if f.check_id == "column_absent"]
    assert len(absent) > 8
    mine, other = told(result, "column_absent")[::-1]
    first = ", ".join(sorted(found.column for found in absent)[:8])
    assert f"PAR-01.xlsx, columns {first} and {len(absent) - 8} more: " in other + mine
    (line,) = told(result, "sheet_empty")
    assert line.startswith("warning: PAR-01.xlsx, sheets actions, sorties: ")


def test_absent_worksites_are_one_line_a_year() -> None:
    codes = [row["worksite_id"] for row in worksites_of(2024)]
    absent = [AbsentWorksite(code, "01-Paris", 2024) for code in codes[1:]]
    absent.append(AbsentWorksite(codes[0], "01-Paris", 2023))
    before, now = problem_lines(made([], absent))
    assert now == (
        f"warning: 2024: {len(codes) - 1} of {len(codes)} declared worksites have delivered "
        f"nothing yet: counted as unknown, not as zero: {', '.join(codes[1:9])} "
        f"and {len(codes) - 9} more"
    )
    assert before.startswith("warning: 2023: 1 of ")
    assert before.endswith(f": {codes[0]}")


def test_dates_of_delivery_and_ignored_files_stand_in_the_summary(
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = [
        FileResult(str(number), "", dated_by=dated_by)
        for number, dated_by in enumerate(["file name", "file name", "livraison.csv", ""])
    ]
    files.append(FileResult("refused", "", Outcome.REFUSED))
    result = made(files)
    result.ignored = 1
    dates = (
        "2 files by their name, 1 by livraison.csv, 1 without a date, counting as delivered in "
        "this run, after all undated before"
    )
    assert list(problem_lines(result)) == [f"warning: dates of delivery: {dates}"]
    print_result(result, is_dry=False)
    said = " ".join(capsys.readouterr().out.split())
    assert f"Dates of delivery {dates}" in said
    assert "Ignored 1 file of the system or the spreadsheet" in said
    assert not list(problem_lines(made(files[:3]))), "all have a date"
    assert not list(problem_lines(made(files[3:]))), "none has one"


def test_a_file_that_is_delivered_again_is_said_to_keep_its_place(tmp_path: Path) -> None:
    first, second = csv_text(salaries()), csv_text(salaries({"sexe": "H"}))
    for content in (first, second):
        assert not any("earlier run" in line for line in _lines(tmp_path, content))
    (line,) = (line for line in _lines(tmp_path, first) if "earlier run" in line)
    assert line == (
        "warning: delivered again: 1 file with the same content as in an earlier run, whose place "
        "in the order of deliveries stays, as do later corrections: salaries.csv"
    )


def _lines(folder: Path, content: str) -> list[str]:
    return list(problem_lines(take_in(folder, {"salaries.csv": content})))


@pytest.mark.parametrize(
    ("changes", "told_list"),
    [
        ({"chantier": "PAR-99"}, "seeds/reference/worksites.csv"),
        ({"territoire": "99-Ailleurs"}, "seeds/reference/territories.csv"),
        ({"orienteur": "Association nouvelle"}, "seeds/reference/referrers.csv"),
        ({"logement_entree": "Péniche"}, "seeds/reference/housing_types.csv"),
        ({"chantier": "ROU-01"}, "seeds/reference/worksites.csv"),
    ],
)
def test_a_value_of_no_list_tells_the_analyst_which_one_to_extend(
    tmp_path: Path, changes: dict[str, str], told_list: str
) -> None:
    result = take_in(tmp_path, {"salaries.csv": csv_text([salarie(), salarie(2, **changes)])})
    assert result.files[0].quarantined == 1
    lines = [line for line in problem_lines(result) if "if it is new" in line]
    assert len(lines) == 1
    assert f"or if it is new, add it to {told_list} [" in lines[0]
    assert not any(value in lines[0] for value in changes.values())


def test_a_value_that_the_contract_lists_names_the_contract(tmp_path: Path) -> None:
    result = take_in(tmp_path, {"actions.csv": csv_text([action(domaine="astronomie")])})
    (line,) = (line for line in told(result, "value_not_in_list") if "column domaine" in line)
    refers_to = contract_of("actions")["domaine"].refers_to
    listed = f"seeds/reference/{refers_to[0]}.csv" if refers_to else "contracts/actions.json"
    assert f"add it to {listed} [" in line


def test_a_year_that_has_not_begun_is_held(tmp_path: Path) -> None:
    coming = str(date.today().year + 1)
    rows = [salarie(), salarie(2, annee=coming), salarie(3, annee=str(date.today().year))]
    result = take_in(tmp_path, {"salaries.csv": csv_text(rows)})
    assert "year_future" in checks_of(result)
    assert (result.files[0].loaded, result.files[0].quarantined) == (2, 1)
    assert int(coming) not in {absent.year for absent in result.absent}


def test_the_current_year_may_be_given() -> None:
    contract = contract_of("salaries")
    row = salarie() | {"date_entree": "2023-01-02", "date_naissance": "1980-01-01"}
    columns = {field.name: [row.get(field.name, "")] for field in contract.fields}
    rows = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    for year, is_held in ((2023, True), (2024, False)):
        failures = value_failures("salaries", rows, this_year=year)
        assert ("year_future" in {failure.check_id for failure in failures}) is is_held
