"""The folder of the deliveries: what is read, what is not and why, dates, announcements."""

import os
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from tests.support.deliveries import KEY, checks_of, csv_text, deliver, salaries, sortie, take_in

from cvg_warehouse import ingest
from cvg_warehouse.ingest.findings import IngestResult, Outcome
from cvg_warehouse.ingest.folder import Folder, dates_in, read_folder
from cvg_warehouse.terminal import Refusal

TODAY = date(2026, 11, 25)
ROWS = csv_text(salaries())
OTHERS = csv_text(salaries({"sexe": "H"}))


def walked(tmp_path: Path, files: dict[str, str | bytes]) -> Folder:
    deliver(tmp_path / "deliveries", files)
    return read_folder(tmp_path / "deliveries", tmp_path / "out", tmp_path / "quarantine", TODAY)


def checks_by_path(folder: Folder) -> dict[str, list[tuple[str, int]]]:
    return {
        path: [(place.check_id, place.line) for place in places]
        for path, places in folder.passed_over.items()
    }


def refused(result: IngestResult) -> dict[str, set[str]]:
    return {file.path: checks_of(file) for file in result.files if file.outcome is Outcome.REFUSED}


# --- what is not read -----------------------------------------------------------------------


def test_links_and_what_is_no_file_are_refused_by_name_and_the_rest_is_loaded(
    tmp_path: Path,
) -> None:
    """A link may lead out of the folder, in a circle, or nowhere: none is followed."""
    elsewhere = deliver(tmp_path / "elsewhere", {"sorties.csv": csv_text([sortie()])})
    inbox = deliver(tmp_path / "deliveries", {"salaries.csv": ROWS})
    (inbox / "a_sorties.csv").symlink_to(elsewhere / "sorties.csv")
    (inbox / "b_salaries.csv").symlink_to(inbox / "salaries.csv")
    (inbox / "c").symlink_to(elsewhere)
    (inbox / "circle").symlink_to(inbox)
    (inbox / "broken_sorties.csv").symlink_to(inbox / "nothing.csv")
    os.mkfifo(inbox / "fifo_salaries.csv")
    result = ingest.run(inbox, tmp_path / "out", KEY)
    assert refused(result) == {
        "a_sorties.csv": {"link_not_followed"},
        "b_salaries.csv": {"link_not_followed"},
        "c": {"link_not_followed"},
        "circle": {"link_not_followed"},
        "broken_sorties.csv": {"link_not_followed"},
        "fifo_salaries.csv": {"not_a_file"},
    }
    assert (result.rows["salaries"], result.rows["sorties"]) == (3, 0)
    assert not result.all_is_well


def test_names_that_are_not_utf_8_are_refused_by_name_and_the_rest_is_loaded(
    tmp_path: Path,
) -> None:
    """What unzip leaves of an archive that a French Windows made."""
    inbox = deliver(tmp_path / "deliveries", {"salaries.csv": ROWS})
    (inbox / os.fsdecode(b"salari\xe9s ROU-01.csv")).write_text(OTHERS)
    (inbox / os.fsdecode(b"salari\xe8s ROU-01.csv")).write_text(OTHERS)
    folder = inbox / os.fsdecode(b"f\xe9vrier")
    deliver(folder, {"sorties.csv": csv_text([sortie()])})
    result = ingest.run(inbox, tmp_path / "out", KEY)
    assert set(map(frozenset, refused(result).values())) == {frozenset({"file_name_undecodable"})}
    assert len(refused(result)) == 3, "each under a path of its own"
    assert result.rows["salaries"] == 3
    manifest = (tmp_path / "out" / "manifest.json").read_text(encoding="utf-8")
    assert "udce9vrier/sorties.csv" in manifest


def test_signs_that_a_terminal_obeys_are_shown_as_escapes(tmp_path: Path) -> None:
    folder = walked(tmp_path, {"salaries \x1b[2J\u202e\n.csv": ROWS})
    assert [file.path for file in folder.files] == [r"salaries \x1b[2J\u202e\n.csv"]


def test_files_of_the_system_and_the_spreadsheet_are_counted(tmp_path: Path) -> None:
    junk = [
        "Thumbs.db", "DESKTOP.INI", ".DS_Store", "~$salaries.xlsx", ".~lock.salaries.csv#",
        "salaries.xlsx.tmp", ".git/config", "__MACOSX/._salaries.csv", "sub/thumbs.db",
    ]  # fmt: skip
    result = take_in(tmp_path, {"salaries.csv": ROWS} | dict.fromkeys(junk, "x"))
    assert result.all_is_well, checks_of(result)
    assert result.ignored == len(junk)


def test_what_an_earlier_ingest_wrote_is_no_delivery(tmp_path: Path) -> None:
    take_in(tmp_path / "deliveries", {"salaries.csv": ROWS})
    first = tmp_path / "deliveries"
    result = ingest.run(first, tmp_path / "out", KEY)
    assert refused(result) == {"out": {"exports_delivered"}}
    assert result.rows["salaries"] == 3
    with pytest.raises(Refusal, match="holds exports of an ingest"):
        ingest.run(tmp_path / "out", tmp_path / "other", KEY)


def test_places_to_write_to_lie_apart_from_the_deliveries(tmp_path: Path) -> None:
    inbox = deliver(tmp_path / "a" / "deliveries", {"salaries.csv": ROWS})
    link = tmp_path / "link"
    link.symlink_to(inbox)
    for out in (inbox, inbox / "exports", inbox.parent, link / "exports"):
        with pytest.raises(Refusal, match=r"^--out .* apart from the deliveries$"):
            ingest.run(inbox, out, KEY)
    with pytest.raises(Refusal, match=r"^--quarantine .* apart from the deliveries$"):
        ingest.run(inbox, tmp_path / "out", KEY, quarantine=inbox / "quarantine")
    assert [path.name for path in inbox.iterdir()] == ["salaries.csv"]


def test_the_quarantine_itself_may_be_delivered(tmp_path: Path) -> None:
    take_in(tmp_path, {"salaries.csv": ROWS})
    held = deliver(
        tmp_path / "quarantine",
        {"new_salaries.csv": OTHERS, "replaced/unreadable_lines.csv": "raison\nx\n"},
    )
    result = ingest.run(held, tmp_path / "out", KEY)
    assert [file.path for file in result.files] == ["new_salaries.csv"]
    assert result.ignored == 1


# --- dates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "dates"),
    [
        ("2024-06-30 salaries", {"2024-06-30"}),
        ("salaries PAR-01 2024-06-30", {"2024-06-30"}),
        ("salaries_2024_06_30", {"2024-06-30"}),
        ("salaries.2024.06.30", {"2024-06-30"}),
        ("salaries20240630", {"2024-06-30"}),
        ("20240630_PAR-01", {"2024-06-30"}),
        ("PAR-01_20240630T1530", {"2024-06-30"}),
        ("livraison du 30-06-2024 (2)", {"2024-06-30"}),
        ("salaries 30_06_2024", {"2024-06-30"}),
        ("salaries 30.06.2024", {"2024-06-30"}),
        ("salaries 30 06 2024", {"2024-06-30"}),
        ("2024-06-30 ou 30-06-2024", {"2024-06-30"}),
        ("du 2024-01-01 au 2024-06-30", {"2024-01-01", "2024-06-30"}),
        ("ROU-01_2024", set()),
        ("PAR-01-02-2024", set()),
        ("par_01_02_2024", set()),
        ("PAR-01-30-06-2024", {"2024-06-30"}),
        ("salaries 2024-02-30", set()),
        ("salaries 31-02-2024", set()),
        ("salaries 2024-06_30", set()),
        ("salaries 12024-06-305", set()),
        ("salaries 30-06-24", set()),
        ("Dupont 15-06-1980", set()),
        ("salaries 0612345678", set()),
    ],
)
def test_a_date_may_stand_anywhere_in_a_name(name: str, dates: set[str]) -> None:
    assert dates_in(name) == dates


def test_the_file_or_else_the_nearest_folder_dates_a_delivery(tmp_path: Path) -> None:
    folder = walked(
        tmp_path,
        {
            "2023-12-31/a/salaries 2024-06-30.csv": "1",
            "2023-12-31/a/salaries.csv": "2",
            "2023-12-31/livraison 2024-03-31/salaries.csv": "3",
            "salaries.csv": "4",
        },
    )
    assert {file.path: (file.delivered_on, file.dated_by) for file in folder.files} == {
        "2023-12-31/a/salaries 2024-06-30.csv": ("2024-06-30", "file name"),
        "2023-12-31/a/salaries.csv": ("2023-12-31", "folder name"),
        "2023-12-31/livraison 2024-03-31/salaries.csv": ("2024-03-31", "folder name"),
        "salaries.csv": ("", ""),
    }


def test_the_folder_of_the_deliveries_dates_them_too(tmp_path: Path) -> None:
    inbox = deliver(tmp_path / "deliveries 2024-06-30", {"salaries.csv": ROWS})
    folder = read_folder(inbox, tmp_path / "out", tmp_path / "quarantine", TODAY)
    assert [file.delivered_on for file in folder.files] == ["2024-06-30"]


def test_two_dates_in_a_name_are_none_and_a_coming_one_is_refused(tmp_path: Path) -> None:
    folder = walked(
        tmp_path,
        {
            "2024-01-01/salaries 2024-03-31 2024-06-30.csv": "1",
            "salaries 2026-11-25.csv": "2",
            "salaries 2026-11-26.csv": "3",
        },
    )
    assert [(file.path, file.delivered_on) for file in folder.files] == [
        ("2024-01-01/salaries 2024-03-31 2024-06-30.csv", ""),
        ("salaries 2026-11-25.csv", "2026-11-25"),
    ]
    assert [place.check_id for places in folder.warnings.values() for place in places] == [
        "delivery_date_ambiguous"
    ]
    assert checks_by_path(folder) == {"salaries 2026-11-26.csv": [("delivery_date_future", 0)]}


def test_cumulative_files_with_the_date_at_the_end_correct_each_other(tmp_path: Path) -> None:
    files = {
        "salaries ROU 2024-06-30.csv": csv_text(salaries(count=2)),
        "salaries ROU 2024-12-31.csv": csv_text(salaries({"sexe": "H"}, count=3)),
    }
    result = take_in(tmp_path, files)
    assert result.all_is_well, checks_of(result)
    assert result.rows["salaries"] == 3


# --- announcements --------------------------------------------------------------------------

NAME = "salariés PAR-01.csv"
ANNOUNCED = f"fichier;feuille;lignes\n{NAME};;4\n"


@pytest.mark.parametrize(
    "content",
    [
        ANNOUNCED.encode(),
        ANNOUNCED.encode("utf-8-sig"),
        ANNOUNCED.encode("utf-16"),
        ANNOUNCED.encode("cp1252"),
        ANNOUNCED.replace(";", ",").encode("cp1252"),
        ANNOUNCED.replace(";", "\t").encode("utf-16"),
        ANNOUNCED.replace("fichier;feuille", "Fichier ;Feuille").replace("\n", "\r\n").encode(),
        unicodedata.normalize("NFD", ANNOUNCED.upper()).encode(),
        (ANNOUNCED + ";;\n\n").encode(),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_announcement_is_read_as_any_spreadsheet_writes_it(
    tmp_path: Path, content: bytes, form: str
) -> None:
    folder = walked(tmp_path, {"livraison.csv": content, unicodedata.normalize(form, NAME): ROWS})
    assert [(file.path, file.expected) for file in folder.files] == [(NAME, {"": 4})]
    assert not folder.passed_over


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("LIVRAISON.CSV", True),
        ("2024-06-30 livraison.csv", True),
        ("livraison PAR-01.csv", True),
        ("livraison salaries.csv", False),
        ("livraison.xlsx", False),
        ("livraisons-et-retours.csv", False),
    ],
)
def test_an_announcement_is_known_by_its_name(tmp_path: Path, name: str, is_one: bool) -> None:
    folder = walked(tmp_path, {name: ANNOUNCED, NAME: ROWS})
    assert (name not in {file.path for file in folder.files}) is is_one
    assert bool(folder.files[-1].expected or folder.files[0].expected) is is_one


def test_an_announcement_may_date_and_name_files_in_folders(tmp_path: Path) -> None:
    said = (
        "fichier;feuille;lignes;date\n"
        "salaries 2024-01-31.csv;;3;30/06/2024\n"
        "sub\\sorties.csv;;;2024-07-01\n"
    )
    folder = walked(
        tmp_path,
        {"livraison.csv": said, "salaries 2024-01-31.csv": "1", "sub/sorties.csv": "2"},
    )
    assert [(f.path, f.delivered_on, f.dated_by, f.expected) for f in folder.files] == [
        ("salaries 2024-01-31.csv", "2024-06-30", "livraison.csv", {"": 3}),
        ("sub/sorties.csv", "2024-07-01", "livraison.csv", {}),
    ]


def test_what_is_announced_and_not_there_is_said(tmp_path: Path) -> None:
    result = take_in(
        tmp_path,
        {"livraison.csv": "fichier;lignes\nsorties.csv;3\nsalaries.csv;3\n", "salaries.csv": ROWS},
    )
    assert [(f.file, f.line, f.check_id) for f in result.findings if f.check_id[:4] == "anno"] == [
        ("livraison.csv", 2, "announced_missing")
    ]
    assert refused(result) == {"livraison.csv": {"announced_missing"}}
    assert result.rows["salaries"] == 3


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"\x81\x8d", [0]),
        (b"nom;nombre\nsalaries.csv;3\n", [0]),
        (b"", [0]),
        (b"fichier;lignes\nsalaries.csv;trois\n", [2]),
        (b"fichier;lignes\nsalaries.csv;\n", [2]),
        (b"fichier;lignes\n;3\n", [2]),
        (b"fichier;lignes;date\nsalaries.csv;3;31/02/2024\n", [2]),
        (b"fichier;lignes\nsalaries.csv;3\nsalaries.csv;4\n", [3]),
        (b"fichier;lignes;date\nsalaries.csv;;2024-01-01\nsalaries.csv;3;2024-01-02\n", [3]),
    ],
)
def test_an_announcement_that_cannot_be_read_is_refused_and_the_rest_is_loaded(
    tmp_path: Path, content: bytes, lines: list[int]
) -> None:
    folder = walked(tmp_path, {"livraison.csv": content, "salaries.csv": ROWS})
    assert checks_by_path(folder) == {
        "livraison.csv": [("announcement_unreadable", line) for line in lines]
    }
    assert [file.path for file in folder.files] == ["salaries.csv"]


def test_an_announced_sheet_that_is_not_there_is_told_from_a_wrong_count(tmp_path: Path) -> None:
    for said, check_id in (("Salariés;3", "announced_sheet_missing"), (";4", "row_count")):
        files = {"livraison.csv": f"fichier;feuille;lignes\nsalaries.csv;{said}\n"}
        result = take_in(tmp_path / check_id, files | {"salaries.csv": ROWS})
        assert refused(result) == {"salaries.csv": {check_id}}


def test_a_count_that_is_announced_for_a_repeated_file_is_checked(tmp_path: Path) -> None:
    files = {
        "a/salaries.csv": ROWS,
        "b/salaries.csv": ROWS,
        "b/livraison.csv": "fichier;lignes\nsalaries.csv;300\n",
    }
    assert "row_count" in checks_of(take_in(tmp_path, files))
