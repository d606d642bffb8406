"""What a refused build says: each cause once, in the file's words, nothing that only follows."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from tests.support.project import Project

from conftest import Row, Workplace, header_of, read_rows, write_rows
from cvg_warehouse.building.steps import Finding, Step, problems_of, warnings_of
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import PROJECT, SHIPPED_EXPORTS

SECRET = "Zzyzx-4711"
# Rows of an export (numbered from 0, so that row 0 stands in line 2), the column, and its new text.
ALTERED: dict[str, list[tuple[range, str, str]]] = {
    "salaries": [
        (range(5, 25), "logement_entree", "Yourte"),
        (range(100, 140), "nationalite", "réfugié"),
        (range(200, 201), "date_entree", " "),
        (range(201, 202), "date_entree", SECRET),
        (range(202, 204), "date_entree", "5.1.2024"),
        (range(205, 206), "annee_naissance", "1980,5"),
        (range(206, 207), "territoire", "8-Rouen"),
        (range(207, 208), "rsa_entree", "Oui"),
        (range(208, 209), "id_salarie", ""),
        (range(209, 210), "annee", "an 2024"),
        (range(3000, 3001), "orienteur", SECRET),
        (range(3001, 3002), "annee_naissance", "1850"),
    ],
    "sorties": [
        (range(10, 15), "date_sortie", "17/01/2024"),
        (range(20, 21), "date_sortie", "2023-02-29"),
        (range(30, 31), "motif_sortie", SECRET),
        (range(31, 32), "id_parcours", SECRET),
        (range(50, 52), "fiche_complete", "x"),
        (range(60, 61), "date_sortie", "1999-01-01"),
    ],
    "actions": [
        (range(70, 120), "domaine", "numérique"),
        (range(200, 201), "types_action", SECRET),
        (range(300, 301), "date_action", "45000"),
    ],
    "ateliers": [
        (range(3, 4), "participants", "12.5"),
        (range(4, 5), "domaine", "santé; numérique"),
        (range(5, 6), "date_atelier", "2042-01-01"),
        (range(6, 7), "public", "tous"),
    ],
    "suivi_post_sortie": [(range(1, 2), "id_parcours", "none"), (range(3, 4), "volet", SECRET)],
}
WARNED = {
    "salaries.csv: annee_naissance: not a whole number, but like 9999,9 (1 row, at line 207)",
    "salaries.csv: rsa_entree: neither oui nor non (1 row, at line 209)",
    "salaries.csv: annee_naissance: not 16 to 80 years before date_entree (1 row, at line 3003)",
}
TOLD = {
    "salaries.csv: logement_entree: not in housing_types.csv (20 rows, first at line 7)",
    "salaries.csv: date_entree: is empty (1 row, at line 202)",
    "salaries.csv: date_entree: not a date YYYY-MM-DD (1 row, at line 203)",
    "salaries.csv: date_entree: not a date YYYY-MM-DD, but like 9.9.9999"
    " (2 rows, first at line 204)",
    "salaries.csv: territoire: not in territories.csv (1 row, at line 208)",
    "salaries.csv: id_salarie: is empty (1 row, at line 210)",
    "salaries.csv: annee: not a whole number (1 row, at line 211)",
    "salaries.csv: nationalite: not in nationalities.csv (40 rows, first at line 102)",
    "salaries.csv: orienteur: not in referrers.csv (1 row, at line 3002)",
    "sorties.csv: date_sortie: not a date YYYY-MM-DD, but like 99/99/9999"
    " (5 rows, first at line 12)",
    "sorties.csv: date_sortie: not a date YYYY-MM-DD, there is no such day (1 row, at line 22)",
    "sorties.csv: motif_sortie: not in exit_reasons.csv (1 row, at line 32)",
    "sorties.csv: id_parcours: not in salaries.csv (1 row, at line 33)",
    "sorties.csv: id_parcours: occurs more than once (1 row, at line 42)",
    "sorties.csv: fiche_complete: neither oui nor non (2 rows, first at line 53)",
    "sorties.csv: date_sortie: not in the year of annee (1 row, at line 63)",
    "sorties.csv: date_sortie: before date_entree in salaries.csv (1 row, at line 63)",
    "actions.csv: domaine: not in domains.csv (50 rows, first at line 72)",
    "actions.csv: types_action: not in action_types.csv for the domain (1 row, at line 202)",
    "actions.csv: date_action: not a date YYYY-MM-DD, but like 99999 (1 row, at line 302)",
    "ateliers.csv: participants: not a whole number, but like 99.9 (1 row, at line 5)",
    "ateliers.csv: domaine: not in domains.csv (1 row, at line 6)",
    "ateliers.csv: date_atelier: not in the year of annee (1 row, at line 7)",
    "ateliers.csv: public: not in the closed list (1 row, at line 8)",
    "suivi_post_sortie.csv: id_parcours: not in sorties.csv (1 row, at line 3)",
    "suivi_post_sortie.csv: volet: not in the closed list (1 row, at line 5)",
}


def altered(export: str, rows: list[Row]) -> list[Row]:
    for numbers, column, text in ALTERED[export]:
        for number in numbers:
            rows[number][column] = text
    if export == "sorties":
        rows.insert(40, dict(rows[39]))
    return rows


@pytest.fixture(scope="module")
def refused(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Workplace, subprocess.CompletedProcess[str]]:
    """A build of exports with each of these faults."""
    exports, home = (tmp_path_factory.mktemp(name) for name in ("exports", "warehouse"))
    for export in EXPORTS:
        file = SHIPPED_EXPORTS / f"{export}.csv"
        write_rows(exports / file.name, header_of(file), altered(export, read_rows(file)))
    workplace = Workplace(exports, home / "cvg.duckdb")
    return workplace, workplace.build()


Refused = tuple[Workplace, subprocess.CompletedProcess[str]]


def test_every_cause_is_told_once_in_the_words_of_the_file(refused: Refused) -> None:
    workplace, run = refused
    assert run.returncode == 2
    *told, following, verdict = run.stderr.splitlines()
    assert sorted(told) == sorted([*TOLD, *(f"warning: {line}" for line in WARNED)])
    assert "because of this; build.log names them" in following
    assert str(workplace.warehouse) in verdict


def test_no_value_is_told(refused: Refused) -> None:
    workplace, run = refused
    said = run.stderr + run.stdout + workplace.log
    for value in (SECRET, "Yourte", "réfugié", "17/01", "5.1.2024", "numérique", "1850", "45000"):
        assert value not in said


def test_what_follows_is_in_the_log(refused: Refused) -> None:
    workplace, run = refused
    assert "test primary_key of fct_pathway_years: fail on " in workplace.log
    assert "fct_pathway_years" not in run.stderr


def test_findings_can_be_looked_up_in_what_was_refused(refused: Refused) -> None:
    workplace, run = refused
    file = run.stderr.splitlines()[-1].rpartition(" is in ")[2]
    with duckdb.connect(PROJECT / file, read_only=True) as connection:
        found = connection.execute(
            "select distinct date_sortie from sorties where line_in_file between 12 and 16"
        ).fetchall()
    assert found == [("17/01/2024",)]
    assert workplace.exports.exists()


def test_lines_are_those_of_the_file(refused: Refused) -> None:
    """Also with several threads, and in a file of many lines."""
    workplace, run = refused
    file = run.stderr.splitlines()[-1].rpartition(" is in ")[2]
    with duckdb.connect(PROJECT / file, read_only=True) as connection:
        numbered = connection.execute("select line_in_file, id_action from actions").fetchall()
    with workplace.file("actions").open(encoding="utf-8", newline="") as stream:
        rows = [row["id_action"] for row in csv.DictReader(stream)]
    assert dict(numbered) == dict(enumerate(rows, start=2))


def test_every_test_of_several_rules_can_be_told(refused: Refused) -> None:
    workplace, _ = refused
    compiled = workplace.warehouse.parent / "cvg.build" / "compiled"
    tests = [file.read_text(encoding="utf-8") for file in compiled.rglob("*.sql")]
    of_rules = [sql for sql in tests if "as rule" in sql and "as rows_against" in sql]
    assert len(of_rules) > 20
    assert all("as first_line" in sql for sql in of_rules)


# Lists of the project itself


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.copy(tmp_path_factory.mktemp("project"), SHIPPED_EXPORTS)


def set_cell(project: Project, seed: str, number: int, column: str, text: str) -> None:
    file = project.home / "seeds" / "reference" / f"{seed}.csv"
    rows = read_rows(file)
    rows[number][column] = text
    write_rows(file, header_of(file), rows)


def test_wrong_values_of_reference_lists_are_told_alike(project: Project) -> None:
    """And a contract that fails names the column, in the model and in its YAML."""
    set_cell(project, "housing_types", 2, "housing_group", SECRET)
    set_cell(project, "housing_types", 1, "level", "1,5")
    set_cell(project, "worksites", 4, "label_fr", " ")
    set_cell(project, "worksites", 5, "last_year", "bientôt")
    set_cell(project, "exit_reasons", 0, "neutral", "oui")
    project.add_row("worksites", worksite_id="PAR-01", territory_id="01-Paris", label_fr="x")
    set_cell(project, "territories", 8, "urbanity", "rural")
    set_cell(project, "indicators", 9, "theme", "unknown")
    last = len(read_rows(project.home / "seeds" / "reference" / "worksites.csv")) + 1
    project.replace("models/core/dim_exports.yml", "- name: rows_loaded", "- name: lines")
    run = project.cvg("build", CVG_PUBLISH="no")
    assert run.returncode == 2
    told = run.stderr.splitlines()[:-2]
    assert sorted(told) == sorted(
        [
            "housing_types.csv: housing_group: not in housing_groups.csv (1 row, at line 4)",
            "housing_types.csv: level: not a whole number, but like 9,9 (1 row, at line 3)",
            "worksites.csv: label_fr: is empty (1 row, at line 6)",
            "worksites.csv: last_year: not a whole number (1 row, at line 7)",
            "exit_reasons.csv: neutral: not in the closed list (1 row, at line 2)",
            "worksites.csv: worksite_id, valid_from: occurs more than once "
            f"(1 row, at line {last})",
            f"worksites.csv: first_year: is empty (1 row, at line {last})",
            "territories.csv: urbanity: not in geographies.csv (1 row, at line 10)",
            "indicators.csv: theme: not in themes.csv (1 row, at line 11)",
            "model dim_exports: error: the model and the contract in its YAML differ: "
            "lines: missing in definition (BIGINT); rows_loaded: missing in contract (BIGINT)",
        ]
    )


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        (
            b"Tiny house,hebergement_precaire,1,x,,2099-12-31\r\n",
            "ends with CRLF where line 1 ends with LF",
        ),
        (b'Tiny "house,hebergement_precaire,1\n', "fewer fields than the header"),
        (b"Tiny house,hebergement_precaire,1,x,,,y\n", "more fields than the header"),
        (b'"Tiny house,hebergement_precaire,1,x,,\n', 'a quote (") is not closed'),
    ],
    ids=["endings", "short", "long", "quote"],
)
def test_a_reference_list_that_cannot_be_read_names_file_and_line(
    tmp_path: Path, added: bytes, expected: str
) -> None:
    project = Project.copy(tmp_path, SHIPPED_EXPORTS)
    file = tmp_path / "seeds" / "reference" / "housing_types.csv"
    line = len(file.read_bytes().splitlines()) + 1
    file.write_bytes(file.read_bytes() + added)
    told = f"seeds/reference/housing_types.csv: line {line}: {expected}"
    commands = [("-c", "from cvg_warehouse.cli import app; app()", "build")]
    if "CRLF" in expected:
        dbt = str(Path(sys.executable).with_name("dbt"))
        commands += [(dbt, "seed"), (dbt, "build")]
    for command in commands:
        run = project.python(*command, CVG_PUBLISH="no")
        assert run.returncode != 0, command
        assert told in " ".join((run.stdout + run.stderr).split()), command
        assert "Tiny" not in run.stdout + run.stderr


# What is told of steps


def test_warnings_that_only_follow_are_left_out_and_many_findings_are_cut() -> None:
    many = tuple(Finding(f"x.csv: column_{number}: is empty", 1, 2) for number in range(25))
    steps = [
        Step("test", "readable", "warn", 25, "", many),
        Step("test", "ages_are_plausible", "warn", 1, "", follows=True),
        Step("test", "delivery_rules", "fail", 1, "", many[:1]),
        Step("test", "one_value_each", "fail", 1, "", follows=True),
    ]
    assert len(warnings_of(steps)) == 21
    assert warnings_of(steps)[-1] == "warning: readable: 5 more; build.log names them"
    assert problems_of(steps) == [
        "x.csv: column_0: is empty (1 row, at line 2)",
        "1 more step fails because of this; build.log names them",
    ]
    assert all(os.linesep not in str(step) for step in steps)
