"""The way of a delivery into the exports: names, spellings, layouts, runs after each other."""

import csv
import io
import os
import re
import signal
import subprocess
import zipfile
from pathlib import Path

import pytest
from tests.support.deliveries import (
    KEY,
    action,
    atelier,
    checks_of,
    csv_text,
    deliver,
    salarie,
    salaries,
    saved,
    sortie,
    take_in,
    workbook,
)

from conftest import CVG, fingerprints, read_rows, run_cvg, write_rows
from cvg_warehouse import ingest
from cvg_warehouse.contracts.checks import CHECKS_FILE, all_checks
from cvg_warehouse.contracts.exports import EXPORTS, contract_of
from cvg_warehouse.ingest.findings import Outcome
from cvg_warehouse.ingest.layout import export_named_by
from cvg_warehouse.paths import PROJECT, SHIPPED_EXPORTS
from cvg_warehouse.terminal import Refusal

SOURCES = PROJECT / "src" / "cvg_warehouse" / "ingest"
QUOTED = re.compile(r'"([a-z][a-z0-9]*(?:_[a-z0-9]+)+)"')


def run_ingest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run_cvg(
        "ingest",
        str(folder / "deliveries"),
        "--out",
        str(folder / "out"),
        *options,
        CVG_PSEUDONYM_KEY=KEY.hex(),
    )


def test_checks_of_the_table_and_of_the_code_are_the_same() -> None:
    used = {name for file in SOURCES.glob("*.py") for name in QUOTED.findall(file.read_text())}
    table = set(all_checks())
    assert table <= used, "no code makes these checks"
    prefixes = tuple(sorted({check_id.split("_")[0] + "_" for check_id in table}))
    reported = {
        name
        for file in SOURCES.glob("*.py")
        for name in re.findall(
            r'(?:FileRefused|Place|hold|_agrees|_meta)\([^"()]*"([a-z_]+)"', file.read_text()
        )
        if name.startswith(prefixes)
    }
    columns = {field.name for name in EXPORTS for field in contract_of(name).fields}
    assert reported - columns <= table, "these checks are in no table"


def test_checks_say_what_follows_and_what_to_do() -> None:
    with CHECKS_FILE.open(encoding="utf-8", newline="") as stream:
        ids = [row["check_id"] for row in csv.DictReader(stream)]
    assert len(ids) == len(set(ids))
    for check in all_checks().values():
        assert check.severity in ("refuse", "quarantine", "warn")
        assert check.rule
        assert check.fix
        assert check.guidance_fr.endswith((".", ")."))


@pytest.mark.parametrize("export", EXPORTS)
def test_synonyms_and_spellings_are_unambiguous(export: str) -> None:
    contract = contract_of(export)
    assert {contract.headers[name] for name in contract.headers} == {
        field.name for field in contract.fields
    }


@pytest.mark.parametrize(
    ("name", "export"),
    [
        ("salaries", "salaries"),
        ("PAR-01 Salariés 2024", "salaries"),
        ("Sorties", "sorties"),
        ("suivi post-sortie", "suivi_post_sortie"),
        ("SUIVI_POST_SORTIE", "suivi_post_sortie"),
        ("Ateliers collectifs", "ateliers"),
        ("salaries et sorties", None),
        ("Feuil1", None),
        ("guide", "-"),
        ("guide des salariés", "salaries"),
    ],
)
def test_a_name_tells_its_export(name: str, export: str | None) -> None:
    assert export_named_by(name) == export


SPELLINGS = {
    "Année": "2 024",
    "TERRITOIRE": "paris",
    "Code chantier": "Chantier 1 - Paris",
    "Matricule": " S1 ",
    "N° parcours": "P1",
    "Né(e) le": "1/6/1980",
    "Genre": "femme",
    "Nationalité": "UNION EUROPEENNE",
    "Niveau de formation": "3,0",
    "Date d’entrée": "2024-01-02",
    "Prescripteur": "Mission  locale",
    "RSA": "OUI",
    "RQTH": "O",
    "AAH": "n",
    "Logement à l'entrée": "hebergé par un tiers",
    "couverture_sante_entree": "Base et complementaire",
}
STORED = {
    "annee": "2024",
    "territoire": "01-Paris",
    "chantier": "PAR-01",
    "annee_naissance": "1980",
    "sexe": "F",
    "nationalite": "UE",
    "niveau_formation": "3",
    "date_entree": "2024-01-02",
    "orienteur": "mission_locale",
    "rsa_entree": "oui",
    "rqth_entree": "oui",
    "aah_entree": "non",
    "logement_entree": "Hébergé par un tiers",
    "couverture_sante_entree": "base et complémentaire",
    "fichier_source": "Liste des salariés.csv",
    "ligne_source": "2",
}


def test_declared_headers_and_spellings_are_stored_in_one_form(tmp_path: Path) -> None:
    result = take_in(tmp_path, {"Liste des salariés.csv": csv_text([SPELLINGS])})
    assert result.all_is_well, checks_of(result)
    (stored,) = read_rows(tmp_path / "out" / "salaries.csv")
    assert {name: stored[name] for name in STORED} == STORED


MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)


def ods(rows: list[dict[str, str]]) -> bytes:
    def cell(value: str) -> str:
        return (
            f'<table:table-cell office:value-type="string"><text:p>{value}</text:p>'
            "</table:table-cell>"
        )

    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    table = "".join(
        f"<table:table-row>{''.join(map(cell, line))}</table:table-row>" for line in lines
    )
    namespaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {namespaces}>'
        f'<office:body><office:spreadsheet><table:table table:name="salaries">{table}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(content)


def zipped(content: str) -> bytes:
    """The smallest archive that is an OpenDocument spreadsheet with this content."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", content)
    return stream.getvalue()


def test_csv_workbook_and_opendocument_give_the_same_rows(tmp_path: Path) -> None:
    rows = salaries({}, {"rsa_entree": ""})
    found = []
    for number, (name, content) in enumerate(
        {
            "salaries.csv": csv_text(rows),
            "salaries.xlsx": saved(workbook({"Feuil1": rows})),
            "PAR-01.xlsx": saved(workbook({"Salariés": rows, "Mode d'emploi": [{"a": "b"}]})),
            "salaries.ods": ods(rows),
        }.items()
    ):
        folder = tmp_path / str(number)
        result = take_in(folder, {name: content})
        assert result.all_is_well, (name, checks_of(result))
        stored = read_rows(folder / "out" / "salaries.csv")
        for row in stored:
            del row["fichier_source"], row["feuille_source"]
        found.append(stored)
    assert all(rows == found[0] for rows in found)


def test_hidden_rows_and_formulas_of_opendocument_are_seen(tmp_path: Path) -> None:
    content = ods(salaries())
    for number, (old, new, check_id) in enumerate(
        [
            ("<table:table-row>", '<table:table-row table:visibility="filter">', "rows_hidden"),
            (
                '<table:table-cell office:value-type="string"><text:p>oui',
                '<table:table-cell table:formula="of:=1"><text:p>',
                "formula_without_value",
            ),
            (
                '<table:table-cell office:value-type="string"><text:p>annee',
                '<table:table-cell table:number-columns-spanned="2" '
                'office:value-type="string"><text:p>annee',
                "cells_merged",
            ),
        ]
    ):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            changed = archive.read("content.xml").decode().replace(old, new)
        result = take_in(tmp_path / str(number), {"salaries.ods": zipped(changed)})
        assert check_id in checks_of(result)


def test_a_table_that_begins_off_the_left_edge_keeps_its_columns(tmp_path: Path) -> None:
    book = workbook({"salaries": salaries()})
    sheet = book["salaries"]
    sheet.insert_cols(1, 2)
    sheet["H3"] = "=TODAY()"
    result = take_in(tmp_path, {"PAR-01.xlsx": saved(book)})
    places = {(found.line, found.column, found.check_id) for found in result.findings}
    assert (3, "date_naissance", "formula_without_value") in places


def test_a_workbook_with_a_sheet_per_export(tmp_path: Path) -> None:
    sheets = {
        "salaries": salaries(),
        "sorties": [sortie(2)],
        "actions": [action(1, id_parcours="P0003")],
        "ateliers": [atelier()],
        "suivi_post_sortie": [
            {"annee": "2024", "id_parcours": "P0002", "volet": "emploi", "contacte": "oui"}
        ],
    }
    result = take_in(tmp_path, {"PAR-01.xlsx": saved(workbook(sheets))})
    assert result.all_is_well, checks_of(result)
    assert result.rows == {
        "salaries": 3, "sorties": 1, "actions": 1, "ateliers": 1, "suivi_post_sortie": 1,
    }  # fmt: skip
    assert result.files[0].worksites == ("PAR-01",)
    assert result.files[0].sheets[0].years == (2024,)


def test_sheets_without_rows_and_sheets_of_other_kinds_are_named(tmp_path: Path) -> None:
    book = workbook({"salaries": salaries(), "sorties": [sortie()], "Notes": [{"a": "b"}]})
    book["sorties"].delete_rows(2)
    result = take_in(tmp_path, {"PAR-01.xlsx": saved(book)})
    assert result.all_is_well
    assert {"sheet_empty", "sheet_unknown"} <= checks_of(result)


def test_rows_that_depend_on_a_row_in_quarantine_wait_for_it(tmp_path: Path) -> None:
    files = {
        "salaries.csv": csv_text(salaries({"sexe": "?"})),
        "sorties.csv": csv_text([sortie(1)]),
        "suivi.csv": csv_text(
            [{"annee": "2024", "id_parcours": "P0001", "volet": "emploi", "contacte": "oui"}]
        ),
    }
    result = take_in(tmp_path, files)
    assert {"pathway_in_quarantine", "exit_in_quarantine"} <= checks_of(result)
    assert result.rows == {
        "salaries": 2, "sorties": 0, "actions": 0, "ateliers": 0, "suivi_post_sortie": 0,
    }  # fmt: skip


def test_rows_of_the_quarantine_are_corrected_and_taken_in_again(tmp_path: Path) -> None:
    take_in(tmp_path, {"salaries.csv": csv_text(salaries({}, {"sexe": "?"}))})
    held = tmp_path / "quarantine" / "salaries.csv"
    with held.open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream, delimiter=";")
    assert (row["raison"], row["ligne_source"]) == ("sexe:missing_as_text", "3")
    assert "P0002" not in held.read_text()
    row["sexe"] = "F"
    corrected = tmp_path / "corrected.csv"
    write_rows(corrected, list(row), [row])
    result = take_in(tmp_path, {"corrected_salaries.csv": corrected.read_text()})
    assert result.all_is_well, checks_of(result)
    stored = read_rows(tmp_path / "out" / "salaries.csv")
    assert len(stored) == 3
    assert {(r["fichier_source"], r["ligne_source"]) for r in stored} == {
        ("salaries.csv", line) for line in "234"
    }
    assert {r["annee_naissance"] for r in stored} == {"1980"}
    assert not held.exists(), "it waits for nobody any more"


def test_rows_corrected_with_pseudonyms_of_another_key_stay_out(tmp_path: Path) -> None:
    row = salarie() | {"version_cle": "00000000"}
    result = take_in(tmp_path, {"salaries.csv": csv_text([row])})
    assert "pseudonym_unknown" in checks_of(result)


def test_deliveries_add_up_over_several_runs(tmp_path: Path) -> None:
    take_in(tmp_path, {"a_salaries.csv": csv_text(salaries())})
    result = take_in(tmp_path, {"b_sorties.csv": csv_text([sortie(1)])})
    assert result.all_is_well, "the pathway came with the run before"
    assert (result.rows["salaries"], result.rows["sorties"]) == (3, 1)


def test_two_runs_at_once_lose_no_delivery(tmp_path: Path) -> None:
    """The second one is refused before it reads what the first one is about to replace."""
    take_in(tmp_path, {"a_salaries.csv": csv_text(salaries())})
    first, second = (
        deliver(tmp_path / name, {f"{name}_sorties.csv": csv_text([sortie(number)])})
        for name, number in (("first", 1), ("second", 2))
    )

    def take_in_second(total: int) -> None:
        with pytest.raises(Refusal, match="another ingest is writing to it"):
            ingest.run(second, tmp_path / "out", KEY)
        elsewhere = tmp_path / "elsewhere" / "out"
        with pytest.raises(Refusal, match="another ingest is writing to it"):
            ingest.run(second, elsewhere, KEY, quarantine=tmp_path / "quarantine")

    ingest.run(first, tmp_path / "out", KEY, count=take_in_second)
    result = ingest.run(second, tmp_path / "out", KEY)
    assert (result.rows["salaries"], result.rows["sorties"]) == (3, 2)


def test_order_and_number_of_processes_do_not_matter(tmp_path: Path) -> None:
    files = {
        f"f{n}_salaries.csv": csv_text([salarie(n, id_salarie=f"S{n % 2}")]) for n in range(1, 5)
    }
    made = []
    for jobs in (1, 2):
        take_in(tmp_path / str(jobs), files, jobs)
        made.append(fingerprints(tmp_path / str(jobs) / "out"))
    assert made[0] == made[1]


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    deliver(
        tmp_path / "deliveries",
        {
            "salaries.csv": csv_text(salaries({}, {"date_entree": "31/02/2024"})),
            "notes.docx": b"PK",
        },
    )
    run = run_ingest(tmp_path)
    assert run.returncode == 1
    assert "3 = 2 loaded + 1 in quarantine" in run.stdout
    lines = run.stderr.splitlines()
    (line,) = [line for line in lines if "date_impossible" in line]
    assert "salaries.csv, line 3, column date_entree" in line
    assert "correct the day or the month" in line
    assert "31/02" not in run.stderr
    assert any("notes.docx" in line and "file_type" in line for line in lines)


def test_a_good_delivery_ends_with_0(tmp_path: Path) -> None:
    deliver(tmp_path / "deliveries", {"salaries.csv": csv_text(salaries())})
    run = run_ingest(tmp_path)
    assert run.returncode == 0, run.stderr


def test_a_dry_run_says_everything_and_writes_nothing(tmp_path: Path) -> None:
    deliver(tmp_path / "deliveries", {"salaries.csv": csv_text(salaries({"sexe": "?"}))})
    run = run_ingest(tmp_path, "--dry-run")
    assert run.returncode == 1
    assert "missing_as_text" in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["deliveries"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--quarantine", str(PROJECT / "seeds" / "quarantine")], "inside the project"),
        (["--quarantine", "{out}/quarantine"], "apart from --out"),
    ],
)
def test_a_quarantine_in_the_wrong_place_is_refused(
    tmp_path: Path, options: list[str], said: str
) -> None:
    deliver(tmp_path / "deliveries", {"salaries.csv": csv_text(salaries())})
    run = run_ingest(
        tmp_path, *(option.replace("{out}", str(tmp_path / "out")) for option in options)
    )
    assert run.returncode == 2
    assert said in run.stderr


def test_exports_that_no_ingest_made_are_not_overwritten(tmp_path: Path) -> None:
    deliver(tmp_path / "deliveries", {"salaries.csv": csv_text(salaries())})
    deliver(tmp_path / "out", {"salaries.csv": "of somebody else"})
    run = run_ingest(tmp_path)
    assert run.returncode == 2
    assert (tmp_path / "out" / "salaries.csv").read_text() == "of somebody else"
    assert (SHIPPED_EXPORTS / "salaries.csv").exists()


@pytest.mark.parametrize("files", [{}, {".hidden.csv": "x", "~$salaries.xlsx": "x"}])
def test_nothing_to_read_is_refused(tmp_path: Path, files: dict[str, str]) -> None:
    (tmp_path / "deliveries").mkdir()
    deliver(tmp_path / "deliveries", files)
    run = run_ingest(tmp_path)
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_an_interrupted_run_leaves_nothing_half(tmp_path: Path) -> None:
    deliver(tmp_path / "deliveries", {"salaries.csv": csv_text(salaries(count=60_000))})
    process = subprocess.Popen(
        [CVG, "ingest", tmp_path / "deliveries", "--out", tmp_path / "out"],
        env=os.environ | {"CVG_PSEUDONYM_KEY": KEY.hex()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        process.wait(timeout=4)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert "Traceback" not in errors
    assert process.returncode in (0, 130)
    assert process.returncode == 0 or not (tmp_path / "out").exists()


def test_the_manifest_balances_and_holds_no_value(tmp_path: Path) -> None:
    import json

    files = {
        "salaries.csv": csv_text(salaries({}, {"sexe": "Bizarrerie"})),
        "copy/salaries.csv": csv_text(salaries({}, {"sexe": "Bizarrerie"})),
        "broken_salaries.csv": "\0",
    }
    result = take_in(tmp_path, files)
    text = (tmp_path / "out" / "manifest.json").read_text()
    manifest = json.loads(text)
    assert [file["outcome"] for file in manifest["files"]] == [
        Outcome.REFUSED, Outcome.LOADED, Outcome.REPEATED,
    ]  # fmt: skip
    for file in manifest["files"]:
        assert file["lines"] == file["loaded"] + file["quarantined"]
    assert manifest["exports"]["salaries"]["rows"] == 2
    assert manifest["key_version"] == result.key_version
    assert manifest["contract_hash"] == result.contract_hash
    assert "Bizarrerie" not in text
