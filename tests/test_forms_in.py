"""A worksite's half-yearly form as it comes in: written by hand, never by our own writer."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import openpyxl
import pytest
from tests.support.deliveries import (
    KEY,
    checks_of,
    csv_text,
    deliver,
    salarie,
    salaries,
    take_in,
    written,
)

from conftest import Row, Workplace, read_rows, run_cvg, write_rows
from cvg_warehouse.contracts.dialogue import FORM, FORM_COLUMNS, parts
from cvg_warehouse.contracts.text import words_of
from cvg_warehouse.feedback.indicators import warehouse_of
from cvg_warehouse.ingest.findings import IngestResult, Outcome
from cvg_warehouse.paths import PROJECT

DBT = Path(sys.executable).with_name("dbt")

STAFF = "Zzyzx"
# As software on worksites writes it: UTF-8 with BOM, semicolons, Windows line ends.
BY_HAND = f"""\ufeff# Outil de dialogue de gestion CVG
# Période : du 01/04/2026 au 30/09/2026
# Logiciel d'insertion, version 4.2
# Diffusion restreinte : effectifs inférieurs à 5 remplacés par s
Partie;Indicateur;Nombre;%
Partie 1 — Effectifs;ETP conventionnés à la date de fin;12,5;
Partie 1 — Effectifs;Salariés en insertion accueillis sur la période;46;100
Partie 1 — Effectifs;En contrat à la date de fin;31;67,4
Partie 1 — Publics;Hommes;27;58,7
Partie 1 — Publics;Femmes;19;41,3
Partie 1 — Publics;Moins de 26 ans;s;s
Partie 1 — Publics;Formation niveau 1-2 (pas de diplôme);30;65,2
Partie 1 — Publics;Réfugiés;;
Partie 1 — Publics;AAH;0;0,0
Partie 1 — Habitat à l'entrée;Autonome;11;23,9
Partie 1 — Difficultés à l’entrée;Santé;1 012;
Partie 1 — Difficultés à l'entrée;Difficultés judiciaires : non transmises (RGPD, art. 10);;
Partie 1 — Orienteurs;France Travail;22;47,8
Partie 2 — Ressources internes;{STAFF} Camille, encadrante technique;1,00;
Partie 2 — Ressources mutualisées;{STAFF} Dominique, chargée de partenariats;0,20;
Partie 2 — Total;ETP total;3,75;
Sorties;Salariés sortis sur la période;15;
Sorties;Durée moyenne du parcours en mois;14,3;
Sorties en emploi ou formation;Emploi (CDI, CDD, création);6;40,0
Sorties en emploi ou formation;Santé à l'entrée;4;57,1
Sorties hors emploi;Sans nouvelles;2;13,3
Méthode;Les parts sont arrondies;;
""".replace("\n", "\r\n")
NAME = "ROU-01/dialogue 2026.csv"
HALF_YEAR = "du 01/04/2024 au 30/09/2024"
"""A period of which there are rows too."""


def declared(folder: Path) -> dict[str, Row]:
    rows = read_rows(folder / "out" / f"{FORM}.csv")
    found = {row["ligne"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def take_form(folder: Path, text: str = BY_HAND, name: str = NAME) -> IngestResult:
    return take_in(folder, {name: text})


def changed(old: str, new: str) -> str:
    assert BY_HAND.count(old) == 1
    return BY_HAND.replace(old, new)


def test_a_form_written_by_hand_is_read_right(tmp_path: Path) -> None:
    result = take_form(tmp_path)
    assert result.all_is_well
    assert checks_of(result) == {"form_staff_dropped"}
    rows = declared(tmp_path)
    assert tuple(next(iter(rows.values()))) == FORM_COLUMNS
    assert {(r["chantier"], r["premier_jour"], r["dernier_jour"]) for r in rows.values()} == {
        ("ROU-01", "2026-04-01", "2026-09-30")
    }
    assert {line: (row["etat"], row["nombre"]) for line, row in rows.items()} == {
        "etp_conventionnes": ("nombre", "12.5"),
        "accueillis": ("nombre", "46"),
        "en_contrat": ("nombre", "31"),
        "hommes": ("nombre", "27"),
        "femmes": ("nombre", "19"),
        "moins_de_26_ans": ("secret", ""),
        "niveau_1_2": ("nombre", "30"),
        "refugies": ("absent", ""),
        "aah": ("nombre", "0"),
        "habitat_autonome": ("nombre", "11"),
        "difficulte_sante": ("nombre", "1012"),
        "difficulte_justice": ("non_transmis", ""),
        "difficulte_justice_inconnue": ("non_transmis", ""),
        "orienteur_france_travail": ("nombre", "22"),
        "ressources_etp": ("nombre", "3.75"),
        "sortis": ("nombre", "15"),
        "duree_moyenne": ("nombre", "14.3"),
        "emploi_emploi": ("nombre", "6"),
        "emploi_sante_entree": ("nombre", "4"),
        "hors_emploi_sans_nouvelles": ("nombre", "2"),
    }
    assert (rows["accueillis"]["fichier_source"], rows["accueillis"]["ligne_source"]) == (NAME, "7")


def test_names_of_staff_are_nowhere(tmp_path: Path) -> None:
    take_form(tmp_path)
    assert STAFF.encode() in written(tmp_path / "deliveries0")
    assert STAFF.encode() not in written(tmp_path / "out") + written(tmp_path / "quarantine")


def test_totals_never_become_rows(tmp_path: Path) -> None:
    result = take_in(tmp_path, {NAME: BY_HAND, "PAR-01/salaries.csv": csv_text(salaries())})
    assert result.rows == {
        "salaries": 3,
        "sorties": 0,
        "actions": 0,
        "ateliers": 0,
        "suivi_post_sortie": 0,
        FORM: 20,
    }


def test_without_a_form_there_is_no_file(tmp_path: Path) -> None:
    result = take_in(tmp_path, {"PAR-01/salaries.csv": csv_text(salaries())})
    assert FORM not in result.rows
    assert not (tmp_path / "out" / f"{FORM}.csv").exists()


@pytest.mark.parametrize(
    ("text", "name", "check_id"),
    [
        (changed("# Période : du 01/04/2026 au 30/09/2026\r\n", ""), NAME, "form_period_missing"),
        (changed("30/09/2026", "30/09/2025"), NAME, "form_period_wrong"),
        (changed("30/09/2026", "31/09/2026"), NAME, "form_period_wrong"),
        (changed("30/09/2026", "30/09/2099"), NAME, "form_period_wrong"),
        (BY_HAND, "dialogue.csv", "form_worksite_missing"),
        (changed("# Logiciel", "# Chantier ROU-02 Logiciel"), NAME, "form_worksite_other"),
    ],
)
def test_a_form_that_does_not_say_whose_and_when_is_refused(
    tmp_path: Path, text: str, name: str, check_id: str
) -> None:
    result = take_form(tmp_path, text, name)
    assert [file.outcome for file in result.files] == [Outcome.REFUSED]
    assert checks_of(result) == {check_id}
    assert FORM not in result.rows


def test_the_worksite_may_stand_above_the_header(tmp_path: Path) -> None:
    text = changed("# Logiciel", "# Chantier : ROU-02, logiciel")
    take_form(tmp_path, text, "dialogue.csv")
    assert {row["chantier"] for row in declared(tmp_path).values()} == {"ROU-02"}


@pytest.mark.parametrize(
    ("old", "new", "check_id"),
    [
        (
            "accueillis sur la période;46;",
            "accueillis sur la période;46,5;",
            "form_number_unreadable",
        ),
        (
            "accueillis sur la période;46;",
            "accueillis sur la période;-46;",
            "form_number_unreadable",
        ),
        (
            "accueillis sur la période;46;",
            "accueillis sur la période;env. 46;",
            "form_number_unreadable",
        ),
        ("Publics;Femmes", "Publics;Femmes seules", "form_line_unknown"),
        ("Publics;Femmes", "Publics;hommes", "form_line_twice"),
        ("Partie 1 — Orienteurs", "Partie 9 — Autres", "form_part_unknown"),
    ],
)
def test_a_line_that_cannot_be_read_is_held_and_the_others_count(
    tmp_path: Path, old: str, new: str, check_id: str
) -> None:
    result = take_form(tmp_path, changed(old, new))
    (file,) = result.files
    assert checks_of(file) == {check_id, "form_staff_dropped"}
    assert (file.lines, file.loaded, file.quarantined) == (19, 18, 1)
    assert not result.all_is_well
    assert len(declared(tmp_path)) == 19


def test_the_latest_form_of_a_period_counts_whatever_the_order(tmp_path: Path) -> None:
    first = {f"2026-10-05/{NAME}": BY_HAND}
    later = {f"2026-10-20/{NAME}": changed("Femmes;19;", "Femmes;20;")}
    other = {f"2026-10-06/{NAME}": BY_HAND.replace("01/04/2026 au 30/09", "01/01/2026 au 31/03")}
    exports = []
    for number, order in enumerate(((first, later, other), (later, other, first))):
        folder = tmp_path / str(number)
        folder.mkdir()
        for files in order:
            take_in(folder, files)
        exports.append((folder / "out" / f"{FORM}.csv").read_bytes())
    assert exports[0] == exports[1]
    rows = read_rows(tmp_path / "0" / "out" / f"{FORM}.csv")
    women = {row["dernier_jour"]: row["nombre"] for row in rows if row["ligne"] == "femmes"}
    assert women == {"2026-03-31": "19", "2026-09-30": "20"}


def test_a_form_can_be_withdrawn(tmp_path: Path) -> None:
    take_in(tmp_path, {NAME: BY_HAND, "PAR-01/salaries.csv": csv_text(salaries())})
    run = run_cvg(
        "withdraw", str(tmp_path / "out"), "--delivery", NAME, CVG_PSEUDONYM_KEY=KEY.hex()
    )
    assert run.returncode == 0, run.stderr
    assert f"{FORM}.csv: 20 rows withdrawn, 0 rows left" in run.stdout
    assert read_rows(tmp_path / "out" / f"{FORM}.csv") == []


def test_a_form_gives_feedback_to_its_worksite(tmp_path: Path) -> None:
    deliver(tmp_path / "deliveries", {NAME: changed("Publics;Femmes", "Publics;Zzyzx")})
    run = run_cvg(
        "ingest",
        str(tmp_path / "deliveries"),
        "--out",
        str(tmp_path / "out"),
        "--feedback",
        str(tmp_path / "feedback"),
        CVG_PSEUDONYM_KEY=KEY.hex(),
        CVG_WAREHOUSE=tmp_path / "none.duckdb",
    )
    assert run.returncode == 1
    assert "Zzyzx" not in run.stderr + run.stdout
    page = (tmp_path / "feedback" / "ROU-01" / "retour-ROU-01.html").read_text(encoding="utf-8")
    assert "Cette ligne du formulaire" in page
    assert (tmp_path / "feedback" / "ROU-01" / "synthese-ROU-01.html").exists()


def test_spellings_are_unambiguous_within_a_part() -> None:
    for part in parts():
        written_as: dict[tuple[str, ...], str] = {}
        for line in (line for line in part.lines if line.unit != "notice"):
            for spelling in line.spellings:
                assert written_as.setdefault(words_of(spelling), line.line_id) == line.line_id
        assert bool(part.lines) == (part.content == "counted")


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Workplace]]:
    """Exports of an ingest with forms, the warehouse built from them, and their feedback.

    One worksite has rows, one has none, and one declares a period that is not counted.
    """
    folder = tmp_path_factory.mktemp("compared")
    form = BY_HAND.replace("du 01/04/2026 au 30/09/2026", HALF_YEAR)
    other = BY_HAND.replace("du 01/04/2026 au 30/09/2026", "du 02/04/2024 au 30/09/2024")
    rows = [
        salarie(n, annee="2024", territoire="08-Rouen", chantier="ROU-01", sexe="FH"[n % 2])
        for n in range(1, 44)
    ]
    deliver(
        folder / "deliveries",
        {
            "ROU-01/salaries.csv": csv_text(rows),
            "ROU-01/dialogue.csv": form,
            "ROU-02/dialogue.csv": form.replace("Femmes;19;", "Femmes;20;"),
            "PAR-01/dialogue.csv": other,
        },
    )
    workplace = Workplace(folder / "out", folder / "cvg.duckdb")
    options = ("ingest", str(folder / "deliveries"), "--out", str(workplace.exports))
    places = {"CVG_PSEUDONYM_KEY": KEY.hex(), "CVG_WAREHOUSE": workplace.warehouse}
    assert run_cvg(*options, **places).returncode == 0
    build = workplace.build()
    assert build.returncode in (0, 1), build.stderr
    again = run_cvg(*options, "--feedback", str(folder / "feedback"), **places)
    assert again.returncode == 0, again.stderr
    yield folder / "feedback", workplace


def test_declared_stands_beside_counted(compared: tuple[Path, Workplace]) -> None:
    _, workplace = compared
    found = workplace.query(
        "select line_id, declared, counted, status from mart_declared_totals "
        "where worksite_id = 'ROU-01' and line_id in ('accueillis', 'hommes', 'aah', 'refugies', "
        "'moins_de_26_ans', 'difficulte_justice', 'etp_conventionnes', 'niveau_1_2') order by 1"
    )
    assert found == [
        ("aah", 0, 0, "equal"),
        ("accueillis", 46, 43, "different"),
        ("difficulte_justice", None, 0, "not_transmitted"),
        ("etp_conventionnes", 12.5, None, "not_in_rows"),
        ("hommes", 27, 22, "different"),
        ("moins_de_26_ans", None, 0, "secret"),
        ("niveau_1_2", 30, 0, "within_unknown"),
        ("refugies", None, 0, "not_available"),
    ]


def test_a_form_without_rows_is_listed(compared: tuple[Path, Workplace]) -> None:
    _, workplace = compared
    found = workplace.query(
        "select worksite_id, list(distinct status order by status) from mart_declared_totals "
        "where worksite_id != 'ROU-01' and declared is not null and line_id != 'etp_conventionnes' "
        "and line_id != 'ressources_etp' group by 1 order by 1"
    )
    assert found == [("PAR-01", ["period_not_counted"]), ("ROU-02", ["no_rows"])]
    checks = workplace.query(
        "select check_id, place_id from mart_data_findings "
        "where check_id in ('form_without_rows', 'form_period') order by 1"
    )
    assert checks == [("form_period", "PAR-01"), ("form_without_rows", "ROU-02")]


def test_differences_are_findings_for_reviewers(compared: tuple[Path, Workplace]) -> None:
    _, workplace = compared
    found = workplace.query(
        "select place_id, observed, expected, rows_against, severity from mart_data_findings "
        "where check_id = 'declared_total' and column_name = 'accueillis'"
    )
    assert found == [("ROU-01", 43, 46, 3, "warning")]


def test_the_feedback_says_what_differs(compared: tuple[Path, Workplace]) -> None:
    feedback, _ = compared
    said = {
        code: (feedback / code / f"retour-{code}.html").read_text(encoding="utf-8")
        for code in ("ROU-01", "ROU-02", "PAR-01")
    }
    assert "vous déclarez 46 personnes accueillies, vos lignes en comptent 43" in said["ROU-01"]
    assert "et aucune de vos lignes n&#39;est de cette période" in said["ROU-02"]
    assert "cette période n&#39;est pas encore comptée" in said["PAR-01"]
    assert "vos lignes en comptent" not in said["ROU-02"] + said["PAR-01"]
    book = openpyxl.load_workbook(feedback / "ROU-01" / "retour-ROU-01.xlsx")
    rows = list(book["Formulaire"].iter_rows(min_row=2, values_only=True))
    assert (46, 43) in [row[3:5] for row in rows]
    forwardable = (feedback / "ROU-01" / "synthese-ROU-01.html").read_text(encoding="utf-8")
    assert "vos lignes en comptent" not in forwardable


def test_a_warehouse_without_the_forms_of_now_gives_no_feedback(
    compared: tuple[Path, Workplace], tmp_path: Path
) -> None:
    _, workplace = compared
    shutil.copytree(workplace.exports, tmp_path / "out")
    assert warehouse_of(workplace.warehouse, tmp_path / "out")
    (tmp_path / "out" / f"{FORM}.csv").unlink()
    assert warehouse_of(workplace.warehouse, tmp_path / "out") is None


def test_plain_dbt_reads_the_forms_beside_the_exports(other: Workplace, tmp_path: Path) -> None:
    line = ["ROU-01", "2024-04-01", "2024-09-30", "accueillis", "nombre", "90", "form.csv", "", "7"]
    row = dict(zip(FORM_COLUMNS, line, strict=True))
    write_rows(other.exports / f"{FORM}.csv", list(FORM_COLUMNS), [row])
    places = {
        "CVG_EXPORTS": str(other.exports),
        "CVG_WAREHOUSE": str(tmp_path / "cvg.duckdb"),
        "DBT_TARGET_PATH": str(tmp_path / "dbt"),
    }
    run = subprocess.run(
        [DBT, "run", "--quiet", "--select", "stg_exports__formulaires"],
        cwd=PROJECT,
        env=os.environ | places,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout
    with duckdb.connect(tmp_path / "cvg.duckdb", read_only=True) as connection:
        found = connection.execute("select worksite_id, number from stg_exports__formulaires")
        assert found.fetchall() == [("ROU-01", 90)]


def test_a_spoilt_file_of_forms_refuses_the_build(with_warehouse: Workplace) -> None:
    (with_warehouse.exports / f"{FORM}.csv").write_text("chantier,ligne\nROU-01,accueillis\n")
    run = with_warehouse.build()
    assert run.returncode == 2
    assert f"{FORM}.csv: the required column premier_jour is missing" in run.stderr
    assert with_warehouse.warehouse.read_bytes() == b"the previous warehouse"
