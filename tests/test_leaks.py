"""Names of people where nobody looks for them: later runs, headers, files, folders, sheets."""

from pathlib import Path

import polars as pl
import pytest
from tests.support.deliveries import (
    KEY,
    action,
    checks_of,
    csv_text,
    deliver,
    salarie,
    salaries,
    saved,
    take_in,
    workbook,
    written,
)

from conftest import read_rows, run_cvg
from cvg_warehouse.ingest.people import KnownNames
from cvg_warehouse.ingest.private_names import names_a_person

PERSON = {"nom": "Zyxommequint", "prenom": "Quiteriavolm"}
SECRETS = (b"zyxommequint", b"quiteriavolm", b"0698765432")
MET = {"PAR-01 salaries.csv": csv_text(salaries(PERSON))}


def actions(text: str, **changes: str) -> str:
    return csv_text([action(1), action(2, partenaires=text, **changes)])


def everything(folder: Path) -> bytes:
    """All bytes of the exports and the quarantine, parquet files as text too."""
    tables = [pl.read_parquet(file).write_csv() for file in folder.rglob("*.parquet")]
    return (written(folder / "out") + written(folder / "quarantine")).lower() + "".join(
        tables
    ).lower().encode()


def test_a_name_is_caught_when_its_person_came_with_an_earlier_run(tmp_path: Path) -> None:
    take_in(tmp_path, MET)
    result = take_in(tmp_path, {"actions.csv": actions("Quiteriavolm Zyxommequint; bailleur")})
    assert "text_name" in checks_of(result)
    assert len(read_rows(tmp_path / "out" / "actions.csv")) == 1
    assert not [secret for secret in SECRETS if secret in everything(tmp_path)]


def test_a_name_that_becomes_known_later_is_taken_out_of_the_exports(tmp_path: Path) -> None:
    take_in(tmp_path, {"actions.csv": actions("vu avec Mme Zyxommequint")})
    assert len(read_rows(tmp_path / "out" / "actions.csv")) == 2, "nobody knows the name"
    result = take_in(tmp_path, MET)
    assert not result.all_is_well
    (notice,) = result.notices
    assert (notice.check_id, notice.column, notice.line) == ("text_name", "partenaires", 3)
    assert len(read_rows(tmp_path / "out" / "actions.csv")) == 1
    assert not [secret for secret in SECRETS if secret in everything(tmp_path)]
    waiting = (tmp_path / "quarantine" / "actions.csv").read_text(encoding="utf-8-sig")
    assert "partenaires:text_name" in waiting
    assert "[retiré]" in waiting


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Nom et prénom", "Zyxommequint Quiteriavolm"),
        ("prénom / nom", "Quiteriavolm ZYXOMMEQUINT"),
        ("Noms", "Zyxommequint"),
    ],
)
def test_a_name_in_a_column_of_another_name_is_known_too(
    header: str, cell: str, tmp_path: Path
) -> None:
    take_in(tmp_path, {"PAR-01 salaries.csv": csv_text(salaries({header: cell}, count=1))})
    for number, text in enumerate(("Zyxommequint", "avec zyxommequint")):
        result = take_in(tmp_path, {f"actions {number}.csv": actions(text)})
        assert "text_name" in checks_of(result), text


def test_a_header_cell_is_never_said(tmp_path: Path) -> None:
    rows = salaries({"Mme Zyxommequint": "x", "Remarques": "y", "telephone2": "0698765432"})
    rows = [dict.fromkeys(rows[0], "") | row for row in rows]
    deliver(tmp_path / "deliveries", {"PAR-01 salaries.csv": csv_text(rows)})
    run = run_cvg(
        "ingest", str(tmp_path / "deliveries"), "--out", str(tmp_path / "out"),
        "--feedback", str(tmp_path / "feedback"), CVG_PSEUDONYM_KEY=KEY.hex(),
    )  # fmt: skip
    said = (run.stdout + run.stderr).encode() + written(tmp_path / "feedback")
    assert not [secret for secret in SECRETS if secret in said.lower() + everything(tmp_path)]
    assert "Remarques" in run.stderr, "a header that is declared is named"
    assert "n° 12" in run.stderr


def test_names_of_files_folders_and_sheets_are_stood_for(tmp_path: Path) -> None:
    people = [salarie(n, **PERSON) for n in (1, 2, 3)]
    book = saved(workbook({"salaries": people, "Mme Zyxommequint": [{"a": "b"}]}))
    files = {
        "Zyxommequint Quiteriavolm/actions de Mme Zyxommequint 0698765432.csv": actions("Bailleur"),
        "PAR-01 Zyxommequint.xlsx": book,
        "PAR-02 Zyxommequint Quiteriavolm.docx": b"PK",
    }
    deliver(tmp_path / "deliveries", files)
    run = run_cvg(
        "ingest", str(tmp_path / "deliveries"), "--out", str(tmp_path / "out"),
        "--feedback", str(tmp_path / "feedback"), CVG_PSEUDONYM_KEY=KEY.hex(),
    )  # fmt: skip
    assert run.returncode == 1, run.stderr
    built = run_cvg(
        "build", CVG_EXPORTS=tmp_path / "out", CVG_WAREHOUSE=tmp_path / "built" / "cvg.duckdb"
    )
    assert built.returncode in (0, 1), built.stderr
    said = (run.stdout + run.stderr + built.stdout + built.stderr).encode().lower()
    private = tmp_path / "quarantine" / "noms_de_fichiers.csv"
    names = private.read_text(encoding="utf-8-sig")
    assert "actions de Mme Zyxommequint 0698765432" in names
    private.unlink()
    kept = everything(tmp_path) + written(tmp_path / "feedback") + written(tmp_path / "built")
    assert not [secret for secret in SECRETS if secret in said + kept.lower()]
    assert len(read_rows(tmp_path / "out" / "actions.csv")) == 2
    sources = {row["fichier_source"] for row in read_rows(tmp_path / "out" / "actions.csv")}
    (source,) = sources
    assert source.startswith("dossier-"), "nothing of the name is left"
    assert source.endswith(".csv")
    assert "PAR-02" in run.stderr, "the sender stays readable"


@pytest.mark.parametrize(
    "name",
    [
        "salaries de Mme Durandal",
        "Zyglowska Perpetua",
        "PERPETUA ZYGLOWSKA PAR-01 salaries",
        "salaries 0612345678",
        "actions 2 84 05 75 123 456 78",
        "M. Durandal",
        "dupontel salaries",
        "PAR-01_dupontel_2024",
        "perpetua@exemple.fr",
    ],
)
def test_a_name_of_a_file_that_points_at_a_person(name: str) -> None:
    assert names_a_person(name, known("dupontel"))


@pytest.mark.parametrize(
    "name",
    [
        "PAR-01_2024",
        "Liste des salariés",
        "2024-06-30 Chantier Paris Salariés Export Final",
        "equipe-01-Paris",
        "strict_hidden",
        "id_date",
        "Copie de ROU-01 salaries (2)",
        "Plan d'actions",
        "Suivi des corrections",
        "20240630_MOS-02_Sorties_Version_Corrigée",
        "Seine-Saint-Denis",
        "données 2023 2024",
        "Feuil1",
    ],
)
def test_an_ordinary_name_of_a_file_stays(name: str) -> None:
    assert not names_a_person(name, known("dupontel"))


def known(*names: str) -> KnownNames:
    from cvg_warehouse.ingest.pseudonyms import name_hash

    return KnownNames(KEY, {name_hash(KEY, name) for name in names})
