"""What worksites get back: their own lines to correct and nothing of what stood in them."""

import dataclasses
import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from tests.support.deliveries import (
    KEY,
    action,
    csv_text,
    salarie,
    salaries,
    saved,
    sortie,
    take_in,
    workbook,
)

from conftest import Built, fingerprints, run_cvg
from cvg_warehouse.contracts.checks import all_checks, severity_of
from cvg_warehouse.feedback import feedback_folder, write_feedback
from cvg_warehouse.feedback.french import plain
from cvg_warehouse.feedback.indicators import warehouse_of
from cvg_warehouse.feedback.letters import SEVERITIES, UNKNOWN_SENDER, letters_of
from cvg_warehouse.formats import share
from cvg_warehouse.ingest.findings import Finding, IngestResult
from cvg_warehouse.paths import PROJECT
from cvg_warehouse.template import SYNTHETIC
from cvg_warehouse.terminal import Refusal

NO_WAREHOUSE = Path("/nowhere/cvg.duckdb")
PLANTED = ("Zyxomme", "Quiteria", "Wolfgonde", "0639981234", "06 39 98 12 34", "+33639981234",
           "1850775123456", "zyxomme@exemple.invalid", "7 impasse du Zyx")  # fmt: skip
PERSON = {
    "nom": "Zyxomme",
    "prenom": "Quiteria",
    "nir": "185077512345612",
    "telephone": "0639981234",
    "courriel": "zyxomme@exemple.invalid",
    "adresse": "7 impasse du Zyx",
}


def files() -> dict[str, str | bytes]:
    """Deliveries of several senders, with people planted in every kind of column."""
    people = [salarie(n) | PERSON for n in range(1, 7)]
    people[1]["date_entree"] = "31/02/2024"
    people[2]["orienteur"] = "Wolfgonde"
    people[3]["rsa_entree"] = "06 39 98 12 34"
    people[4]["date_naissance"] = "Zyxomme"
    people[5]["sexe"] = "=Zyxomme"
    common = [
        salarie(101, chantier="PAR-02"),
        salarie(102, chantier="PAR-03", sexe="X"),
        salarie(103, chantier="PAR-03"),
    ]
    actions = [
        action(1, territoire="08-Rouen", partenaires="M. Zyxomme"),
        action(2, territoire="08-Rouen", partenaires="tél. +33639981234"),
        action(3, territoire="08-Rouen", partenaires="n° 1850775123456"),
        action(4, territoire="08-Rouen", domaine="Quiteria Zyxomme"),
    ]
    own = saved(workbook({"sorties": [sortie(1), sortie(99)], "=boum": [sortie(2)]}))
    return {
        "PAR-01/salaries.csv": csv_text(people),
        "PAR-01/sorties.xlsx": own,
        "PAR-01/ancien salaries.xls": b"Zyxomme",
        "ensemble/salaries.csv": csv_text(common),
        "equipe 08-Rouen.xlsx": saved(workbook({"actions": actions})),
        "mystere.csv": "Zyxomme;0639981234\n1;2\n",
    }


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> IngestResult:
    return take_in(tmp_path_factory.mktemp("taken"), files())


@pytest.fixture(scope="module")
def feedback(result: IngestResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feedback") / "retours"
    write_feedback(result, folder, NO_WAREHOUSE)
    return folder


def texts(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every byte below a folder: names, contents, and the unpacked parts of workbooks."""
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        name = str(file.relative_to(folder))
        yield name, name.encode() + file.read_bytes()
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for part in archive.namelist():
                    yield f"{name}: {part}", part.encode() + archive.read(part)


def read(folder: Path, code: str, kind: str = "retour") -> str:
    """What a reader sees of a page."""
    text = (folder / code / f"{kind}-{code}.html").read_text(encoding="utf-8")
    return html.unescape(re.sub(r"<[^>]+>", "", text.split("</style>")[1]))


def rows_of(folder: Path, code: str, sheet: str, kind: str = "retour") -> list[tuple]:
    book = openpyxl.load_workbook(folder / code / f"{kind}-{code}.xlsx")
    return list(book[sheet].iter_rows(values_only=True))


def test_every_sender_has_a_folder_of_its_own(feedback: Path) -> None:
    codes = {"PAR-01", "PAR-02", "PAR-03", "01-Paris", "08-Rouen", UNKNOWN_SENDER}
    assert {file.name for file in feedback.iterdir() if file.is_dir()} == codes
    for code in codes:
        assert {file.name for file in (feedback / code).iterdir()} == {
            f"{kind}-{code}{suffix}"
            for kind in ("retour", "synthese")
            for suffix in (".xlsx", ".html")
        }


def test_rows_to_correct_are_the_findings_of_the_sender(
    result: IngestResult, feedback: Path
) -> None:
    header, *rows = rows_of(feedback, "PAR-01", "À corriger")
    assert header[1:5] == ("Fichier", "Feuille", "Ligne", "Colonne")
    reported = [(*row[:4], column) for row in rows for column in (row[4] or "").split(", ")]
    expected = {
        (
            SEVERITIES[severity_of(found.check_id)],
            found.file,
            plain(found.sheet) or None,
            found.line or None,
            found.column,
        )
        for found in result.findings
        if found.file.startswith("PAR-01/")
    }
    assert set(reported) == expected
    whole = [row[:3] + row[5:] for row in rows if row[3] is None]
    assert len(whole) == len(set(whole)), "what a whole sheet lacks is one row"
    assert ("Ligne mise de côté", "PAR-01/salaries.csv", None, 3, "date_entree") in reported
    guidance = {row[5].replace("\u00a0", " ") for row in rows}
    assert guidance <= {check.guidance_fr for check in all_checks().values()}


def test_a_common_file_tells_each_worksite_its_own_rows(feedback: Path) -> None:
    mine = [row for row in rows_of(feedback, "PAR-03", "À corriger")[1:] if row[3]]
    assert [(row[1], row[3], row[4]) for row in mine] == [("ensemble/salaries.csv", 3, "sexe")]
    assert "Rien à corriger" in read(feedback, "PAR-02")


def test_a_refused_file_is_told_to_its_sender(feedback: Path) -> None:
    refused = [
        row for row in rows_of(feedback, "PAR-01", "À corriger") if row[0] == "Fichier refusé"
    ]
    assert [row[1] for row in refused] == ["PAR-01/ancien salaries.xls"]
    assert "mystere.csv" in read(feedback, UNKNOWN_SENDER)


def test_every_finding_is_told_to_somebody(result: IngestResult) -> None:
    reported: list[Finding] = [found for letter in letters_of(result) for found in letter.findings]
    places = [dataclasses.replace(found, export="") for found in reported]
    assert sorted(places) == sorted(dataclasses.replace(f, export="") for f in result.findings)


def test_the_balance_of_each_sheet_is_told(result: IngestResult, feedback: Path) -> None:
    (file,) = [file for file in result.files if file.path == "PAR-01/salaries.csv"]
    line = next(row for row in rows_of(feedback, "PAR-01", "Résumé") if row[1] == file.path)
    assert line[4:8] == (file.lines, file.loaded, file.quarantined, 0)
    assert (file.lines, file.loaded, file.quarantined) == (6, 1, 5)


def test_what_may_be_forwarded_names_no_file_line_or_figure(feedback: Path) -> None:
    book = openpyxl.load_workbook(feedback / "PAR-01" / "synthese-PAR-01.xlsx")
    assert book.sheetnames == ["Résumé"]
    text = read(feedback, "PAR-01", "synthese")
    cells = [str(cell) for row in book["Résumé"].iter_rows(values_only=True) for cell in row]
    for content in (text, "\n".join(cells)):
        assert "transmise" in content
        assert "date_entree" in content
        assert "accompagnement_concerte" in content
        for own in ("salaries.csv", "sorties.xlsx", "boum", "ancien"):
            assert own not in content
    assert "Fichier, feuille" not in text


def test_nothing_of_a_person_is_in_any_byte(feedback: Path) -> None:
    parts = list(texts(feedback))
    assert len(parts) > 60
    for name, content in parts:
        folded = content.lower()
        found = [value for value in PLANTED if value.lower().encode() in folded]
        assert not found, name


def test_names_of_the_worksites_own_are_no_formulas(feedback: Path) -> None:
    for name, content in texts(feedback):
        assert b"<f>" not in content, name
    book = openpyxl.load_workbook(feedback / "PAR-01" / "retour-PAR-01.xlsx")
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "'=boum" in cells
    assert not [cell for cell in cells if isinstance(cell, str) and cell[:1] in "=+-@" and cell]


def test_pages_are_french_whole_and_ask_no_host(feedback: Path) -> None:
    pages = list(feedback.rglob("*.html"))
    assert len(pages) == 13
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert '<html lang="fr">' in text
        assert "default-src 'none'" in text
        assert not re.search(r"https?://|<script|<img|<link|@import|url\(", text), page.name
        for link in re.findall(r'href="([^"]*)"', text):
            assert (page.parent / link).is_file(), link


def test_the_page_of_the_checks_counts_what_was_found(result: IngestResult, feedback: Path) -> None:
    text = html.unescape((feedback / "controles.html").read_text(encoding="utf-8"))
    plain_text = re.sub(r"<[^>]+>", "", text)
    for found in result.findings:
        assert found.check_id in plain_text
    failed = len({found.check_id for found in result.findings})
    assert f"{failed} sur {len(all_checks())}" in plain_text
    assert "Chantiers qui n'ont rien livré pour 2024" in text


def test_synthetic_data_is_said_to_be(feedback: Path, tmp_path: Path) -> None:
    assert SYNTHETIC not in read(feedback, "PAR-01")
    demo = take_in(tmp_path, {"demo/2024/PAR-01/salaries.csv": csv_text(salaries())})
    write_feedback(demo, tmp_path / "retours", NO_WAREHOUSE)
    for page in (tmp_path / "retours").rglob("*.html"):
        assert SYNTHETIC in page.read_text(encoding="utf-8"), page.name
    for file in (tmp_path / "retours").rglob("*.xlsx"):
        cells = openpyxl.load_workbook(file)["Résumé"].iter_rows(values_only=True)
        assert SYNTHETIC in [cell for row in cells for cell in row], file.name


def test_the_same_result_makes_the_same_bytes(
    result: IngestResult, feedback: Path, tmp_path: Path
) -> None:
    write_feedback(result, tmp_path / "retours", NO_WAREHOUSE)
    assert fingerprints(tmp_path / "retours") == fingerprints(feedback)


def test_own_indicators_stand_beside_the_territory_and_the_whole(
    built: Built, result: IngestResult, tmp_path: Path
) -> None:
    of_the_demo = dataclasses.replace(result, out=built.exports)
    written = write_feedback(of_the_demo, tmp_path / "retours", built.warehouse)
    assert written.with_indicators == 3
    header, *rows = rows_of(tmp_path / "retours", "PAR-01", "Indicateurs")[3:]
    assert header == ("Thème", "Indicateur", "Détail", "PAR-01", "dont", "Territoire", "Programme")
    expected = built.rows(
        "select * from mart_worksite_feedback "
        "where worksite_id = 'PAR-01' and reporting_year = 2024"
    )
    assert len(rows) == len(expected)
    women = next(row for row in expected if row["indicator_id"] == "public.women")
    line = next(row for row in rows if row[1] == "Part de femmes")
    reported = f"{women['numerator']:.0f} sur {women['denominator']:.0f}"
    assert line[3:] == pytest.approx(
        (women["value"], reported, women["territory_value"], women["national_value"])
    )
    assert share(women["value"]) in read(tmp_path / "retours", "PAR-01")
    synthesis = read(tmp_path / "retours", "PAR-01", "synthese")
    assert "Part de femmes" not in synthesis
    assert "indicateurs" not in synthesis


def test_indicators_of_other_exports_are_never_shown(built: Built, result: IngestResult) -> None:
    assert warehouse_of(built.warehouse, result.out) is None
    assert warehouse_of(NO_WAREHOUSE, result.out) is None
    source = warehouse_of(built.warehouse, built.exports)
    assert source is not None
    source.close()


def test_the_command_writes_feedback_beside_the_exports(tmp_path: Path) -> None:
    deliveries = tmp_path / "deliveries"
    (deliveries / "PAR-01").mkdir(parents=True)
    (deliveries / "PAR-01" / "salaries.csv").write_text(
        csv_text(salaries({"date_entree": "31/02/2024"})), encoding="utf-8"
    )
    arguments = ["ingest", str(deliveries), "--out", str(tmp_path / "out")]
    run = run_cvg(
        *arguments, "--feedback", str(tmp_path / "retours"),
        CVG_PSEUDONYM_KEY=KEY.hex(), CVG_WAREHOUSE=tmp_path / "none.duckdb",
    )  # fmt: skip
    assert run.returncode == 1, run.stderr
    assert "Feedback for 1 sender:" in run.stdout
    assert (tmp_path / "retours" / "PAR-01" / "retour-PAR-01.xlsx").is_file()
    written = [tmp_path / "retours", *(tmp_path / "retours").rglob("*")]
    assert len(written) > 3
    assert not any(path.stat().st_mode & 0o077 for path in written)

    run = run_cvg(
        *arguments, "--feedback", str(deliveries / "retours"), CVG_PSEUDONYM_KEY=KEY.hex()
    )
    assert run.returncode == 2
    assert run.stderr.startswith("--feedback")
    assert not (deliveries / "retours").exists()


def test_feedback_stays_out_of_the_project_and_of_other_folders(tmp_path: Path) -> None:
    for folder in (PROJECT / "retours", tmp_path / "out", tmp_path / "out" / "retours", tmp_path):
        with pytest.raises(Refusal):
            feedback_folder(folder, tmp_path / "out")
    assert feedback_folder(tmp_path / "retours", tmp_path / "out") == tmp_path / "retours"


def test_no_text_of_the_worksites_own_is_a_formula() -> None:
    assert plain("=1+1") == "'=1+1"
    assert plain(" @x\u202e\x00") == "' @x  "


def test_a_number_that_looks_like_another_one_is_shown_beside_it(tmp_path: Path) -> None:
    rows = [salarie(1, id_salarie="AB-12"), salarie(2, id_salarie="ab-12")]
    later = [salarie(3, id_salarie="AB–12")]
    take_in(tmp_path, {"PAR-01 salaries.csv": csv_text(rows[:1])})
    result = take_in(
        tmp_path, {"PAR-01 salaries 2.csv": csv_text(rows[1:]), "c salaries.csv": csv_text(later)}
    )
    write_feedback(result, tmp_path / "feedback", tmp_path / "no warehouse")
    book = openpyxl.load_workbook(next((tmp_path / "feedback").rglob("retour-PAR-01.xlsx")))
    told = {str(row[4]) for row in book["À corriger"].iter_rows(values_only=True)}
    assert "id_salarie (voir PAR-01 salaries.csv, ligne 2)" in {
        text.replace("\xa0", " ") for text in told
    }
