"""The workbook that a worksite fills in: made from the contracts, and taken in as it is filled."""

import datetime
from pathlib import Path

import openpyxl
import pytest
from tests.support.deliveries import KEY, checks_of

from conftest import fingerprints, read_rows, run_cvg
from cvg_warehouse.contracts.exports import EXPORTS, contract_of
from cvg_warehouse.contracts.seeds import reference
from cvg_warehouse.ingest import run
from cvg_warehouse.template import (
    LISTS,
    choices_of,
    columns_of_template,
    team_sender,
    worksite_sender,
    write_template,
)
from cvg_warehouse.terminal import Refusal

YEAR = 2024
ENTRY, BIRTH = datetime.date(2024, 3, 4), datetime.date(1984, 5, 6)
EXIT = datetime.date(2024, 9, 30)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "PAR-01_2024.xlsx"
    done = run_cvg("template", "--worksite", "PAR-01", "--year", str(YEAR), "--out", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    return file


def validations(sheet: openpyxl.worksheet.worksheet.Worksheet) -> dict[str, object]:
    """Validation by header of its column."""
    header = {cell.column_letter: cell.value for cell in sheet[1]}
    return {
        header[str(rule.sqref).split("2:")[0]]: rule
        for rule in sheet.data_validations.dataValidation
    }


def fill(sheet: openpyxl.worksheet.worksheet.Worksheet, row: int, values: dict) -> None:
    """Write values into the cells below their headers, as a person types them."""
    positions = {cell.value: cell.column for cell in sheet[1]}
    for name, value in values.items():
        sheet.cell(row, positions[name], value)


def test_there_is_a_sheet_with_every_column_that_is_asked_for(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    assert book.sheetnames == ["Mode d'emploi", *EXPORTS, LISTS]
    for export in EXPORTS:
        header = [cell.value for cell in book[export][1]]
        assert header == [field.name for field in columns_of_template(export)]
        assert {field.name for field in contract_of(export).kept} <= set(header)
        assert all(cell.comment and cell.comment.text for cell in book[export][1])


def test_no_identifier_is_asked_for_that_nothing_uses(template: Path) -> None:
    header = {cell.value for cell in openpyxl.load_workbook(template)["salaries"][1]}
    assert not header & {"nir", "telephone", "courriel", "adresse"}


def test_every_closed_list_date_and_number_is_checked(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    for export in EXPORTS:
        rules = validations(book[export])
        for field in columns_of_template(export):
            if field.spellings is not None:
                assert rules[field.name].type == "list", field.name
            elif field.name == "annee":
                assert rules[field.name].formula1 == '"2024"'
            elif field.type in ("date", "integer"):
                kind = {"date": "date", "integer": "whole"}[field.type]
                assert rules[field.name].type == kind, field.name
        assert rules.get("chantier") is None or rules["chantier"].formula1 == '"PAR-01"'
    assert validations(book["salaries"])["territoire"].formula1 == '"01-Paris"'


def test_every_value_of_a_list_is_one_that_the_ingest_knows() -> None:
    for export in EXPORTS:
        for name, values in choices_of(export).items():
            spellings = contract_of(export)[name].spellings
            known = [spellings.get(folded) for folded in map(_folded, values)]
            assert known == contract_of(export)[name].allowed, (export, name)


def _folded(value: str) -> str:
    from cvg_warehouse.contracts.text import folded

    return folded(value)


def test_long_lists_stand_on_their_sheet(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    columns = {column[0].value: [cell.value for cell in column[1:]] for column in book[LISTS]
               .iter_cols()}  # fmt: skip
    reasons = [value for value in columns["motif_sortie"] if value]
    assert reasons == [row["label_fr"] for row in reference("exit_reasons")]
    domains = [value for value in columns["domaine de types_action"] if value]
    assert domains == sorted(domains), "the list of a domain must stand together"


def test_guide_is_french_and_names_the_codes(template: Path) -> None:
    guide = openpyxl.load_workbook(template)["Mode d'emploi"]
    text = "\n".join(str(cell) for row in guide.iter_rows(values_only=True) for cell in row if cell)
    for expected in ("PAR-01", "01-Paris", "2024", "JJ/MM/AAAA", "obligatoire"):
        assert expected in text


def test_what_is_filled_in_is_what_is_loaded(template: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(template)
    place = {"annee": YEAR, "territoire": "01-Paris", "chantier": "PAR-01"}
    every = {
        field.name: choices_of("salaries")[field.name][-1]
        for field in columns_of_template("salaries")
        if field.spellings is not None
    }
    ids = {"id_salarie": "007", "id_parcours": "0001", "nom": "Zyxomme", "prenom": "Quiteria"}
    dates = {"date_naissance": BIRTH, "date_entree": ENTRY}
    fill(book["salaries"], 2, every | place | ids | dates | {"niveau_formation": 3})
    fill(book["salaries"], 3, place | {"id_salarie": "008", "id_parcours": "0002",
                                       "date_entree": ENTRY})  # fmt: skip
    reason = reference("exit_reasons")[3]
    fill(book["sorties"], 2, place | {"id_parcours": "0001", "date_sortie": EXIT,
                                      "motif_sortie": reason["label_fr"],
                                      "fiche_complete": "oui"})  # fmt: skip
    fill(book["suivi_post_sortie"], 2, {"annee": YEAR, "id_parcours": "0001", "volet": "emploi",
                                        "contacte": "oui"})  # fmt: skip
    types = [row["action_type"] for row in reference("action_types") if row["domain"] == "santé"]
    fill(book["actions"], 2, place | {"id_action": "A1", "date_action": ENTRY, "domaine": "santé",
                                      "types_action": f"{types[0]} ; {types[1]}"})  # fmt: skip
    fill(book["ateliers"], 2, {"annee": YEAR, "territoire": "01-Paris", "id_atelier": "T1",
                               "date_atelier": ENTRY, "domaine": "santé", "participants": 12,
                               "public": "permanents"})  # fmt: skip
    deliveries = tmp_path / "deliveries"
    deliveries.mkdir()
    book.save(deliveries / template.name)
    result = run(deliveries, tmp_path / "out", KEY)
    assert result.findings == [], checks_of(result)
    assert result.rows == {"salaries": 2, "sorties": 1, "actions": 1, "ateliers": 1,
                           "suivi_post_sortie": 1}  # fmt: skip

    exports = {name: read_rows(tmp_path / "out" / f"{name}.csv") for name in EXPORTS}
    full, sparse = exports["salaries"]
    for field in columns_of_template("salaries"):
        if field.spellings is not None and field.name not in place:
            assert full[field.name] == field.allowed[-1]
            assert sparse[field.name] == ""
    assert full["annee_naissance"] == "1984"
    assert (full["date_entree"], full["niveau_formation"]) == ("2024-03-04", "3")
    assert exports["sorties"][0]["motif_sortie"] == reason["code"]
    assert exports["sorties"][0]["id_parcours"] == full["id_parcours"]
    assert exports["actions"][0]["types_action"] == f"{types[0]};{types[1]}"
    assert exports["ateliers"][0]["participants"] == "12"


def test_an_empty_template_holds_no_row(template: Path, tmp_path: Path) -> None:
    deliveries = tmp_path / "deliveries"
    deliveries.mkdir()
    (deliveries / template.name).write_bytes(template.read_bytes())
    result = run(deliveries, tmp_path / "out", KEY, dry_run=True)
    assert checks_of(result) == {"file_empty"}


def test_team_has_the_worksites_of_its_territory(tmp_path: Path) -> None:
    write_template(tmp_path / "team.xlsx", team_sender("08-Rouen"), YEAR)
    book = openpyxl.load_workbook(tmp_path / "team.xlsx")
    assert book.sheetnames == ["Mode d'emploi", "actions", "ateliers", LISTS]
    worksites = validations(book["actions"])["chantier"].formula1.strip('"').split(",")
    assert worksites == [
        row["worksite_id"] for row in reference("worksites") if row["territory_id"] == "08-Rouen"
    ]


def test_same_arguments_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_template(tmp_path / name / "t.xlsx", worksite_sender("LIL-01"), YEAR)
    assert fingerprints(tmp_path / "a") == fingerprints(tmp_path / "b")


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (("--worksite", "PAR-1", "--year", "2024"), "did you mean PAR-01"),
        (("--worksite", "Nulle-Part", "--year", "2024"), "worksites.csv"),
        (("--territory", "Rouen", "--year", "2024"), "08-Rouen"),
        (("--worksite", "PAR-01", "--year", "1999"), "from 2019"),
        (("--year", "2024"), "--worksite"),
    ],
)
def test_what_is_not_known_is_refused_in_one_line(
    arguments: tuple[str, ...], reported: str, tmp_path: Path
) -> None:
    done = run_cvg("template", *arguments, "--out", str(tmp_path / "t.xlsx"))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert reported in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_that_may_be_filled_in_is_never_overwritten(template: Path) -> None:
    before = template.read_bytes()
    with pytest.raises(Refusal, match="exists"):
        write_template(template, worksite_sender("PAR-01"), YEAR)
    assert template.read_bytes() == before
