"""The half-yearly form as it is written: what stands in it, and that it is read back the same."""

import csv
import re
import stat
import subprocess
import zlib
from pathlib import Path

import openpyxl
import pytest
from tests.support.deliveries import take_in

from conftest import Built, read_rows, run_cvg
from cvg_warehouse.contracts.dialogue import FORM, FORM_HEADER, FORM_SHEET, parts
from cvg_warehouse.dialogue.counted import RESTRICTED, STAFF
from cvg_warehouse.template import SYNTHETIC

DAYS = ("--from", "2024-04-01", "--to", "2024-09-30")
CODE = "ROU-01"
LINES = """
    select line_id, number, share, base, unknown from mart_dialogue
    where worksite_id = 'ROU-01' and period_id = '2024-04-01/2024-09-30'
"""


def run_dialogue(built: Built, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run_cvg("dialogue", *DAYS, "--out", str(out), *options, CVG_WAREHOUSE=built.warehouse)


@pytest.fixture(scope="module")
def written(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The form of one worksite in each format, and with the lines on justice."""
    folder = tmp_path_factory.mktemp("forms")
    for name, options in (
        ("form.csv", ()),
        ("form.xlsx", ()),
        ("form.pdf", ()),
        ("justice.csv", ("--with-justice",)),
    ):
        run = run_dialogue(built, folder / name, "--worksite", CODE, *options)
        assert run.returncode == 0, run.stderr
    return folder


def rows_of(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream, delimiter=";"))


def table_of(file: Path) -> list[list[str]]:
    rows = rows_of(file)
    return rows[rows.index(list(FORM_HEADER)) + 1 :]


def test_csv_has_the_layout_of_the_worksites_software(written: Path) -> None:
    content = (written / "form.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf# ")
    assert b"\r\n" in content
    rows = rows_of(written / "form.csv")
    head = [";".join(row) for row in rows[: rows.index(list(FORM_HEADER))]]
    assert all(line.startswith("# ") for line in head)
    assert "# Période : du 01/04/2024 au 30/09/2024" in head
    assert f"# {RESTRICTED}" in head
    assert f"# {SYNTHETIC}" in head
    assert [row for row in table_of(written / "form.csv") if row[1].startswith("Durée moy")] == [
        ["Sorties", "Durée moyenne du parcours en mois", "11,7", ""]
    ]


def test_lines_are_those_of_the_form_in_its_order(written: Path) -> None:
    wanted = [
        (part.label, line.label)
        for part in parts()
        for line in part.lines
        if line.is_justice == (line.unit == "notice")
    ]
    found = [(row[0], row[1]) for row in table_of(written / "form.csv")]
    staff_and_method = [part.label for part in parts() if part.content != "counted"]
    assert [pair for pair in found if pair[0] not in staff_and_method] == wanted
    order = [part.label for part in parts()]
    assert [order.index(part) for part, _ in found] == sorted(order.index(p) for p, _ in found)


def test_staff_are_nobody(written: Path) -> None:
    staff = {part.label for part in parts() if part.content == "staff"}
    found = [row for row in table_of(written / "form.csv") if row[0] in staff]
    assert [row[1:] for row in found] == [[STAFF, "", ""]] * len(staff)


def test_justice_is_left_out_unless_asked_for(written: Path) -> None:
    for name, is_there in (("form.csv", False), ("justice.csv", True)):
        about = [row for row in table_of(written / name) if "justice" in row[1].casefold()]
        assert len(about) == (10 if is_there else 3)
        assert all(("non transmises" in row[1]) != is_there for row in about)
        assert any(row[2] for row in about) == is_there


def test_what_nobody_answered_is_not_zero(built: Built, written: Path) -> None:
    numbers = {row[1]: row[2:] for row in table_of(written / "form.csv") if "éfugié" in row[1]}
    assert numbers == {"Réfugiés": ["", ""], "Statut de réfugié non renseigné": ["87", "100,0"]}


@pytest.mark.parametrize("name", ["form.csv", "form.xlsx", "justice.csv"])
def test_what_is_written_is_read_back(
    built: Built, written: Path, tmp_path: Path, name: str
) -> None:
    result = take_in(tmp_path, {name: (written / name).read_bytes()})
    assert result.all_is_well, result.findings
    declared = {r["ligne"]: r for r in read_rows(tmp_path / "out" / f"{FORM}.csv")}
    assert {(r["chantier"], r["premier_jour"], r["dernier_jour"]) for r in declared.values()} == {
        (CODE, "2024-04-01", "2024-09-30")
    }
    lines = {line.line_id: line for part in parts() for line in part.lines}
    counted = built.query(LINES)
    assert {line for line, *_ in counted} <= set(declared)
    for line, number, _, base, unknown in counted:
        row = declared[line]
        if lines[line].is_justice and name != "justice.csv":
            assert row["etat"] == "non_transmis"
        elif number == 0 and unknown and unknown == base:
            assert row["etat"] == "absent"
        elif lines[line].unit == "people":
            assert (row["etat"], row["nombre"]) == ("nombre", str(int(number)))
        else:
            assert float(row["nombre"]) == pytest.approx(number, abs=0.05)


def test_workbook_holds_numbers(written: Path) -> None:
    sheet = openpyxl.load_workbook(written / "form.xlsx")[FORM_SHEET]
    values = {row[1]: row[2:4] for row in sheet.iter_rows(values_only=True)}
    assert values["Femmes"] == (52, 59.8)
    assert values["Réfugiés"] == (None, None)


def test_pages_say_whose_they_are(written: Path) -> None:
    content = (written / "form.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, flags=re.DOTALL)
    pages = [zlib.decompress(one) for one in streams if one.startswith(b"x")]
    assert len(pages) >= 4
    assert all(CODE.encode() in page for page in pages if b"page " in page)
    text = b"".join(pages)
    for words in ("Diffusion restreinte", "Salariés en insertion accueillis", "— Effectifs"):
        assert words.encode("cp1252") in text


def test_all_worksites_at_once(built: Built, tmp_path: Path) -> None:
    run = run_dialogue(built, tmp_path / "all", "--format", "csv")
    assert run.returncode == 0, run.stderr
    ((worksites,),) = built.query(
        "select list(distinct worksite_id order by worksite_id) from mart_dialogue "
        "where period_id = '2024-04-01/2024-09-30'"
    )
    names = [f"dialogue_{code}_2024-04-01_2024-09-30.csv" for code in worksites]
    files = sorted((tmp_path / "all").iterdir())
    assert [file.name for file in files] == names
    assert len(files) > 70
    modes = {stat.S_IMODE(file.stat().st_mode) for file in files}
    assert modes == {0o600}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--worksite", "XXX-01"), "XXX-01: no such worksite"),
        (("--worksite", CODE, "--to", "2024-09-29"), "declared_periods.csv"),
        (("--format", "docx"), "name one of xlsx, csv, pdf"),
    ],
)
def test_what_cannot_be_written_is_said_in_one_line(
    built: Built, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    run = run_dialogue(built, tmp_path / "form.csv", *options)
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_written_over_another(built: Built, written: Path) -> None:
    before = (written / "form.csv").read_bytes()
    for place, options in ((written / "form.csv", ("--worksite", CODE)), (written, ())):
        run = run_dialogue(built, place, *options)
        assert run.returncode == 2
        assert "exists" in run.stderr
    assert (written / "form.csv").read_bytes() == before
    run = run_dialogue(built, written / "form.doc", "--worksite", CODE)
    assert (run.returncode, "ends with one of .xlsx, .csv, .pdf" in run.stderr) == (2, True)
