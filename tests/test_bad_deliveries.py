"""Every way in which a delivery goes wrong ends as it was declared, and no line is lost."""

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from tests.support.deliveries import (
    action,
    csv_text,
    deliver,
    salarie,
    salaries,
    saved,
    sortie,
    take_in,
    workbook,
)
from tests.support.workbooks import ods, rezipped

from conftest import read_rows
from cvg_warehouse.contracts.checks import all_checks
from cvg_warehouse.feedback import write_feedback
from cvg_warehouse.ingest.findings import IngestResult, Outcome
from cvg_warehouse.ingest.reporting import problem_lines

REFUSED, QUARANTINE, WARNED, LOADED = "refuse", "quarantine", "warn", "loaded"
GOOD = csv_text(salaries())
HEADER = GOOD.split("\n", maxsplit=1)[0] + "\n"
PEOPLE = csv_text(salaries({"nom": "Zyxomme", "prenom": "Quiteria"}))


@dataclass(frozen=True)
class Case:
    """Files that go wrong, and how they must end."""

    name: str
    files: Callable[[], dict[str, str | bytes]]
    outcome: str
    check_id: str = ""
    line: int = 0
    held: int = 1
    """Rows in quarantine, where the outcome is one."""
    file: str = "salaries.csv"
    stored: str = ""
    """Text that the exports must hold."""


def one(content: str | bytes, name: str = "salaries.csv") -> Callable[[], dict[str, str | bytes]]:
    return lambda: {name: content}


def row(**changes: str) -> Callable[[], dict[str, str | bytes]]:
    """A delivery whose second row (line 3) is changed."""
    return one(csv_text(salaries({}, changes)))


def with_people(export: str, rows: list[dict[str, str]]) -> Callable[[], dict[str, str | bytes]]:
    names = {"nom": "Zyxomme", "prenom": "Quiteria"}
    people = [person | names for person in salaries()]
    return lambda: {"salaries.csv": csv_text(people), f"{export}.csv": csv_text(rows)}


def book(change: Callable) -> Callable[[], dict[str, str | bytes]]:
    """A workbook whose sheet of salaries is changed."""

    def files() -> dict[str, str | bytes]:
        made = workbook({"salaries": salaries()})
        change(made["salaries"])
        return {"PAR-01.xlsx": saved(made)}

    return files


def reworked(
    change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None
) -> Callable[[], dict[str, str | bytes]]:
    """A workbook whose archive is changed part by part."""

    def files() -> dict[str, str | bytes]:
        stream = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(saved(workbook({"salaries": salaries()})))) as old,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for name in old.namelist():
                content = change(name, old.read(name))
                if content is not None:
                    new.writestr(name, content)
            for name, content in (more or {}).items():
                new.writestr(name, content)
        return {"PAR-01.xlsx": stream.getvalue()}

    return files


def lying_dimension(name: str, content: bytes) -> bytes:
    if "sheet1" in name:
        return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:B2"', content)
    return content


def put(cell: str, value: object) -> Callable[[], dict[str, str | bytes]]:
    return book(lambda sheet: sheet.__setitem__(cell, value))


def hidden_sheet() -> dict[str, str | bytes]:
    made = workbook({"salaries": salaries(), "sorties": [sortie()]})
    made["sorties"].sheet_state = "hidden"
    return {"PAR-01.xlsx": saved(made)}


def error_cell(sheet: object) -> None:
    sheet["I3"] = "#REF!"
    sheet["I3"].data_type = "e"


def newer_error(sheet: object) -> None:
    sheet["I3"] = "#SPILL!"
    sheet["I3"].data_type = "e"


TITLES = "Chantier PAR-01\nListe des salariés au 31/12/2024\n"
CP1252 = GOOD.encode("cp1252")
UTF8_LINE = GOOD.splitlines(keepends=True)[1].encode()
REORDERED = csv_text([dict(reversed(list(person.items()))) for person in salaries()])
TWICE = "\n".join(line + ";" + line.split(";")[0] for line in GOOD.splitlines()) + "\n"
TWO_LINES = GOOD.replace(HEADER, HEADER + HEADER.replace("annee", "année"))
XLSX = "PAR-01.xlsx"
ODD = csv_text(salaries({}, {"orienteur": "France\u00a0Travail", "annee": "2\u202f024"}))
INDENTED = rezipped(
    ods(salaries()), lambda _, part: part.replace(b"<table:table-row>", b"<table:table-row>\n ")
)

CASES = [
    Case("UTF-8 with BOM", one(b"\xef\xbb\xbf" + GOOD.encode()), LOADED),
    Case("cp1252", one(CP1252), WARNED, "encoding_cp1252", stored="Hôtel"),
    *(
        Case(f"{encoding} {mark}", one(start + GOOD.encode(encoding)), WARNED, "encoding_utf16")
        for encoding, mark, start in (
            ("utf-16-le", "with its mark", b"\xff\xfe"),
            ("utf-16-be", "with its mark", b"\xfe\xff"),
            ("utf-16-le", "without a mark", b""),
            ("utf-16-be", "without a mark", b""),
        )
    ),
    Case("UTF-16 cut in a letter", one(GOOD.encode("utf-16")[:-1]), REFUSED, "file_truncated"),
    Case("two encodings", one(CP1252 + UTF8_LINE), REFUSED, "encoding_mixed", 2),
    Case(
        "two encodings in one line",
        one(CP1252 + "caf\u00e9".encode("cp1252") + "\u00e9;".encode() + b"\n"),
        REFUSED,
        "encoding_mixed",
        2,
    ),
    Case("no encoding", one(CP1252.replace(b"tel", b"\x81")), REFUSED, "encoding_unknown", 2),
    Case("mojibake", one(GOOD.encode().decode("cp1252")), REFUSED, "encoding_mojibake", 2),
    Case(
        "mojibake in a workbook",
        put("J3", "H\u00c3\u00b4tel"),
        REFUSED,
        "encoding_mojibake",
        file=XLSX,
    ),
    Case("comma", one(csv_text(salaries(), ",")), WARNED, "delimiter_other"),
    Case("tab", one(csv_text(salaries(), "\t")), WARNED, "delimiter_other"),
    Case("bar", one(csv_text(salaries(), "|")), REFUSED, "column_missing", 1),
    Case(
        "comma that the header does not prove",
        one(GOOD.replace(";", ",").replace("annee", "a\u00e7")),
        REFUSED,
        "delimiter_unproven",
        1,
    ),
    Case("sep=;", one("sep=;\n" + GOOD), LOADED),
    Case("no-break spaces", one(ODD), WARNED, "spaces_trimmed", 3, stored="france_travail"),
    Case("American date", row(date_entree="01/25/2024"), QUARANTINE, "date_american", 3),
    Case("2-digit year", row(date_entree="02/01/24"), QUARANTINE, "date_short_year", 3),
    Case("31/02/2024", row(date_entree="31/02/2024"), QUARANTINE, "date_impossible", 3),
    Case("serial date in CSV", row(date_entree="45293"), QUARANTINE, "date_serial", 3),
    Case("number as a date in xlsx", put("H3", 45293), QUARANTINE, "date_serial", 3, file=XLSX),
    Case(
        "date cell", put("H3", datetime.date(2024, 1, 25)), LOADED, file=XLSX, stored="2024-01-25"
    ),
    Case("totals row", one(GOOD + "Total;;;3;;;;;;;\n"), QUARANTINE, "totals_row", 5),
    Case("titles above the header", one(TITLES + GOOD), REFUSED, "header_titles", 1),
    Case(
        "titles in a workbook",
        book(lambda sheet: (sheet.insert_rows(1, 2), sheet.__setitem__("A1", "Liste"))),
        REFUSED,
        "header_titles",
        1,
        file=XLSX,
    ),
    Case("a column twice", one(TWICE), REFUSED, "column_twice", 1),
    Case(
        "a column twice by a synonym",
        one(GOOD.replace("sexe", "prescripteur")),
        REFUSED,
        "column_twice",
        1,
    ),
    Case(
        "required column missing",
        one(GOOD.replace("date_entree", "x")),
        REFUSED,
        "column_missing",
        1,
    ),
    Case("optional column missing", one(GOOD), WARNED, "column_absent"),
    Case("header only", one(HEADER), REFUSED, "file_empty"),
    Case("empty file", one(""), REFUSED, "file_empty"),
    Case(
        "empty workbook",
        book(lambda sheet: sheet.delete_rows(1, 9)),
        REFUSED,
        "file_empty",
        file=XLSX,
    ),
    Case(
        "header only in a workbook",
        book(lambda sheet: sheet.delete_rows(2, 9)),
        REFUSED,
        "file_empty",
        file=XLSX,
    ),
    Case("cut in the middle of a line", one(GOOD[:-30]), REFUSED, "file_truncated", 4),
    Case("last line without its end", one(GOOD[:-1]), WARNED, "file_unended", 4),
    Case(
        "cut at the end of a line, announced",
        lambda: {
            "salaries.csv": GOOD,
            "livraison.csv": "fichier;feuille;lignes\nsalaries.csv;;4\n",
        },
        REFUSED,
        "row_count",
    ),
    Case(
        "cut at the end of a line, not announced",
        lambda: {
            "2023_salaries.csv": csv_text(
                [salarie(n, annee="2023", date_entree="02/01/2023") for n in range(1, 21)]
            ),
            "salaries.csv": GOOD,
        },
        WARNED,
        "volume_drop",
    ),
    Case(
        "missing fields at the end of a line",
        one(GOOD + GOOD.splitlines()[1].replace("S0001", "S4").rsplit(";", 2)[0] + "\n"),
        QUARANTINE,
        "ragged_short",
        5,
    ),
    Case(
        "empty fields beyond the header",
        one(GOOD.replace(";oui\n", ";oui;\n", 1)),
        WARNED,
        "fields_surplus",
        2,
    ),
    Case(
        "value longer than a cell",
        one(csv_text([action(), action(2, partenaires="a" * 140_000)]), "actions.csv"),
        QUARANTINE,
        "value_too_long",
        3,
        file="actions.csv",
    ),
    Case("MacRoman", one(GOOD.encode("mac_roman")), REFUSED, "encoding_unknown", 2),
    Case("cp850", one(GOOD.encode("cp850")), REFUSED, "encoding_unknown", 2),
    Case(
        "ISO-8859-15",
        one(csv_text([action(partenaires="C\u0153ur")]).encode("iso8859-15"), "actions.csv"),
        REFUSED,
        "encoding_unknown",
        2,
        file="actions.csv",
    ),
    Case("unclosed quote", one(GOOD.replace("France", '"France', 1)), REFUSED, "quote_unclosed", 2),
    Case(
        "newline inside quotes",
        lambda: {"actions.csv": csv_text([action(), action(2, partenaires='"a\nb"')])},
        WARNED,
        "newline_in_value",
        3,
        file="actions.csv",
        stored="a b",
    ),
    Case("NUL byte", one(GOOD.replace("France", "Fr\0nce", 1)), REFUSED, "nul_byte", 2),
    Case(
        "same row twice", one(csv_text([*salaries(), salarie(2)])), QUARANTINE, "duplicate_row", 5
    ),
    Case(
        "same key, different values",
        one(csv_text([*salaries(), salarie(2, sexe="H")])),
        QUARANTINE,
        "key_conflict",
        3,
        held=2,
    ),
    Case("N/A", row(orienteur="N/A"), QUARANTINE, "missing_as_text", 3),
    Case("NULL", row(date_naissance="NULL"), QUARANTINE, "missing_as_text", 3),
    Case("-", row(rsa_entree="-"), QUARANTINE, "missing_as_text", 3),
    Case(
        "lost leading zeros",
        one(
            csv_text(
                [salarie(n, id_salarie=code) for n, code in enumerate(("00012", "13", "00014"), 1)]
            )
        ),
        QUARANTINE,
        "identifier_leading_zeros",
        3,
    ),
    Case(
        "code that lost its zero",
        lambda: {
            "salaries.csv": GOOD,
            "sorties.csv": csv_text([sortie(1), sortie(2, motif_sortie="1")]),
        },
        QUARANTINE,
        "identifier_leading_zeros",
        3,
        file="sorties.csv",
    ),
    Case("decimal identifier", row(id_parcours="12,5"), QUARANTINE, "identifier_not_text", 3),
    Case("time as an identifier", row(id_salarie="12:24"), QUARANTINE, "identifier_not_text", 3),
    Case(
        "date cell as an identifier",
        put("D3", datetime.date(2024, 3, 24)),
        QUARANTINE,
        "identifier_not_text",
        3,
        file=XLSX,
    ),
    Case(
        "look-alike identifiers",
        row(id_salarie="s0001"),
        QUARANTINE,
        "identifier_look_alike",
        2,
        held=2,
    ),
    Case("scientific", row(id_parcours="1,23E+14"), QUARANTINE, "identifier_scientific", 3),
    Case(
        "wrong type far down",
        one(csv_text([*salaries(count=2_500), salarie(2_501, annee="deux mille")])),
        QUARANTINE,
        "value_not_integer",
        2_502,
    ),
    Case(
        "blank lines", one(GOOD.replace("\n", "\n\n", 2) + ";;;;;;;;;;\n"), WARNED, "blank_line", 2
    ),
    Case(
        "formula without a value",
        put("I3", "=1+1"),
        QUARANTINE,
        "formula_without_value",
        3,
        file=XLSX,
    ),
    Case("#REF!", row(orienteur="#REF!"), QUARANTINE, "error_value", 3),
    Case("error cell", book(error_cell), QUARANTINE, "error_value", 3, file=XLSX),
    Case(
        "merged header",
        book(lambda sheet: sheet.merge_cells("A1:B1")),
        REFUSED,
        "cells_merged",
        1,
        file=XLSX,
    ),
    Case("two-line header", one(TWO_LINES), REFUSED, "header_two_lines", 2),
    Case("hidden sheet", hidden_sheet, REFUSED, "sheet_hidden", file=XLSX),
    Case(
        "hidden rows",
        book(lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True)),
        REFUSED,
        "rows_hidden",
        3,
        file=XLSX,
    ),
    Case(
        "zip bomb",
        reworked(lambda _, content: content, {"xl/media/bomb.bin": b"0" * 50_000_000}),
        REFUSED,
        "file_too_large",
        file=XLSX,
    ),
    Case(
        "macro",
        reworked(lambda _, content: content, {"xl/vbaProject.bin": b"macro"}),
        REFUSED,
        "file_macro",
        file=XLSX,
    ),
    Case(
        "encrypted workbook",
        one(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, XLSX),
        REFUSED,
        "file_encrypted",
        file=XLSX,
    ),
    Case(
        "a cell far away",
        put("XFD60000", "x"),
        REFUSED,
        "stray_cell",
        60_000,
        file=XLSX,
    ),
    Case(
        "workbook named .csv",
        one(saved(workbook({"a": salaries()}))),
        REFUSED,
        "workbook_named_csv",
    ),
    Case("text named .xlsx", one(GOOD, XLSX), REFUSED, "csv_named_workbook", file=XLSX),
    Case("archive", one(b"PK", "PAR-01.zip"), REFUSED, "file_archive", file="PAR-01.zip"),
    Case(
        "OpenDocument that calamine cannot read",
        one(INDENTED, "salaries.ods"),
        REFUSED,
        "ods_unreadable",
        file="salaries.ods",
    ),
    Case(
        "sheet of notes beside the data",
        one(saved(workbook({"Plan d'actions": [{"Objectif": "x"}], "salaries": salaries()})), XLSX),
        WARNED,
        "sheet_unknown",
        file=XLSX,
    ),
    Case(
        "error that Excel has learned since",
        book(newer_error),
        QUARANTINE,
        "error_value",
        3,
        file=XLSX,
    ),
    Case(
        "no workbook at all",
        one(b"PK\x03\x04 and nothing else", XLSX),
        REFUSED,
        "file_unreadable",
        file=XLSX,
    ),
    Case(
        "workbook without its sheet",
        reworked(lambda name, content: None if "sheet1" in name else content),
        REFUSED,
        "file_unreadable",
        file=XLSX,
    ),
    Case(
        "entity in a workbook",
        reworked(
            lambda name, content: b"<!DOCTYPE x>" + content if "workbook.xml" in name else content
        ),
        REFUSED,
        "file_unreadable",
        file=XLSX,
    ),
    Case("lying dimension", reworked(lying_dimension), LOADED, file=XLSX),
    Case("other order of columns", one(REORDERED), LOADED),
    Case("unknown column", one(GOOD.replace("rsa_entree", "remarques")), WARNED, "column_unknown"),
    Case("entry after the year", row(date_entree="02/01/2025"), QUARANTINE, "entry_after_year", 3),
    Case(
        "exit before entry",
        lambda: {
            "salaries.csv": GOOD,
            "sorties.csv": csv_text([sortie(1), sortie(2, date_sortie="01/01/2024")]),
        },
        QUARANTINE,
        "exit_before_entry",
        3,
        file="sorties.csv",
    ),
    Case(
        "exit of an unknown pathway",
        lambda: {"salaries.csv": GOOD, "sorties.csv": csv_text([sortie(1), sortie(9)])},
        QUARANTINE,
        "pathway_unknown",
        3,
        file="sorties.csv",
    ),
    Case("age under 16", row(date_naissance="01/01/2010"), QUARANTINE, "age_at_entry", 3),
    Case("age over 80", row(date_naissance="01/01/1940"), QUARANTINE, "age_at_entry", 3),
    Case(
        "worksite not in the territory",
        row(territoire="02-Lyon"),
        QUARANTINE,
        "worksite_not_in_territory",
        3,
    ),
    Case(
        "action type of another domain",
        one(csv_text([action(), action(2, domaine="emploi")]), "actions.csv"),
        QUARANTINE,
        "action_type_of_domain",
        3,
        file="actions.csv",
    ),
    *(
        Case(
            f"{check_id} in a free column",
            with_people("actions", [action(), action(2, partenaires=text)]),
            QUARANTINE,
            check_id,
            3,
            file="actions.csv",
        )
        for check_id, text in (
            ("text_name", "Mme Zyxomme; bailleur"),
            ("text_phone", "voir au 06 12 34 56 78"),
            ("text_mail", "quiteria@example.org"),
            ("text_nir", "2 84 05 75 123 456 78"),
        )
    ),
    *(
        Case(
            f"text that begins with {sign}",
            one(csv_text([action(), action(2, partenaires=sign + "A1")]), "actions.csv"),
            QUARANTINE,
            "formula_text",
            3,
            file="actions.csv",
        )
        for sign in "=+-@"
    ),
    Case(
        "more fields than the header",
        one(GOOD + GOOD.splitlines()[1] + ";x\n"),
        QUARANTINE,
        "ragged_line",
        5,
    ),
    Case(
        "other kind of file",
        one(b"%PDF", "salaries.pdf"),
        REFUSED,
        "file_type",
        file="salaries.pdf",
    ),
    Case(
        "workbook with macros by name",
        one(b"PK", "PAR-01.xlsm"),
        REFUSED,
        "file_type",
        file="PAR-01.xlsm",
    ),
    Case(
        "name that tells no export",
        one(GOOD, "PAR-01.csv"),
        REFUSED,
        "export_unknown",
        file="PAR-01.csv",
    ),
    Case("required value missing", row(date_entree=""), QUARANTINE, "value_required", 3),
    Case("no oui and no non", row(rsa_entree="peut-être"), QUARANTINE, "value_not_boolean", 3),
    Case("not in its list", row(sexe="X"), QUARANTINE, "value_not_in_list", 3),
    Case("number out of range", row(annee="1999"), QUARANTINE, "value_out_of_range", 3),
    Case("date with a time", row(date_entree="02/01/2024 10:30"), QUARANTINE, "date_with_time", 3),
]


def reported_in_workbooks(result: IngestResult, folder: Path) -> list[tuple]:
    """Rows of all worksites' workbooks: what, file, sheet, line, column, what to do."""
    write_feedback(result, folder, folder / "no warehouse")
    return [
        tuple(cell.replace("\u00a0", " ") if isinstance(cell, str) else cell for cell in row)
        for file in folder.rglob("retour-*.xlsx")
        for row in openpyxl.load_workbook(file)["À corriger"].iter_rows(values_only=True)
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_delivery_ends_as_declared(case: Case, tmp_path: Path) -> None:
    result = take_in(tmp_path, case.files())
    file = next(found for found in result.files if found.path == case.file)
    found = {(finding.check_id, finding.line) for finding in file.findings}
    severities = {all_checks()[check_id].severity for check_id, _ in found}
    if case.check_id:
        assert case.check_id in {check_id for check_id, _ in found}, found
        if case.line:
            assert (case.check_id, case.line) in found
        assert all_checks()[case.check_id].severity == case.outcome
    if case.outcome == REFUSED:
        assert file.outcome is Outcome.REFUSED
        assert (file.lines, file.loaded) == (0, 0)
    else:
        assert file.outcome is Outcome.LOADED
        assert file.quarantined == (case.held if case.outcome == QUARANTINE else 0)
        assert file.loaded + file.quarantined == file.lines > 0
        assert REFUSED not in severities
    assert result.all_is_well is (case.outcome in (WARNED, LOADED))
    said = list(problem_lines(result))
    if case.check_id:
        (line, *_) = [text for text in said if f"[{case.check_id}]" in text]
        assert case.file in line
        assert not case.line or f"line {case.line}" in line
        guidance = all_checks()[case.check_id].guidance_fr
        reported = reported_in_workbooks(result, tmp_path / "feedback")
        assert any(
            row[1] == case.file and row[5] == guidance and (not case.line or row[3] == case.line)
            for row in reported
        )
    loaded = sum(found.loaded - sum(s.replaced for s in found.sheets) for found in result.files)
    exports = [read_rows(found) for found in (tmp_path / "out").glob("*.csv")]
    assert sum(map(len, exports)) == loaded
    if case.stored:
        assert any(case.stored in value for rows in exports for r in rows for value in r.values())


def test_every_finding_of_a_row_names_its_column(tmp_path: Path) -> None:
    result = take_in(tmp_path, row(date_entree="31/02/2024", rsa_entree="?")())
    places = {(finding.line, finding.column, finding.check_id) for finding in result.findings}
    assert (3, "date_entree", "date_impossible") in places
    assert (3, "rsa_entree", "missing_as_text") in places


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    files = {"a_salaries.csv": "\0", "b_salaries.csv": GOOD, "c_salaries.csv": HEADER}
    result = take_in(tmp_path, files)
    assert [file.loaded for file in result.files] == [0, 3, 0]
    assert result.rows["salaries"] == 3


def test_what_was_loaded_before_stays_where_a_later_file_is_refused(tmp_path: Path) -> None:
    take_in(tmp_path, {"salaries.csv": GOOD})
    before = (tmp_path / "out" / "salaries.csv").read_bytes()
    take_in(tmp_path, {"salaries.csv": GOOD[:-30]})
    assert (tmp_path / "out" / "salaries.csv").read_bytes() == before


def test_a_row_in_quarantine_leaves_the_value_of_before(tmp_path: Path) -> None:
    take_in(tmp_path, {"salaries.csv": GOOD})
    before = (tmp_path / "out" / "salaries.csv").read_bytes()
    take_in(tmp_path, {"salaries.csv": csv_text(salaries({"sexe": "?"}))})
    assert (tmp_path / "out" / "salaries.csv").read_bytes().count(b"\n") == before.count(b"\n")
    rows = read_rows(tmp_path / "out" / "salaries.csv")
    assert {person["sexe"] for person in rows} == {"F"}


def test_the_same_file_delivered_twice_changes_nothing(tmp_path: Path) -> None:
    take_in(tmp_path, {"salaries.csv": GOOD})
    before = {f.name: f.read_bytes() for f in (tmp_path / "out").iterdir()}
    take_in(tmp_path, {"salaries.csv": GOOD})
    assert {f.name: f.read_bytes() for f in (tmp_path / "out").iterdir()} == before


def test_the_same_file_twice_in_one_delivery_is_taken_once(tmp_path: Path) -> None:
    result = take_in(tmp_path, {"a/salaries.csv": GOOD, "b/salaries.csv": GOOD})
    assert [file.outcome for file in result.files] == [Outcome.LOADED, Outcome.REPEATED]
    assert result.rows["salaries"] == 3
    assert result.all_is_well


def correction(folder: Path) -> list[IngestResult]:
    later = csv_text(salaries({}, {"sexe": "H"}))
    return [take_in(folder, {"salaries.csv": GOOD}), take_in(folder, {"salaries.csv": later})]


def test_a_correction_delivered_later_replaces_the_value_and_lists_the_old_one(
    tmp_path: Path,
) -> None:
    _, result = correction(tmp_path)
    (listed,) = result.corrections
    assert (listed.export, listed.columns, listed.old_line) == ("salaries", ("sexe",), 3)
    sexes = [person["sexe"] for person in read_rows(tmp_path / "out" / "salaries.csv")]
    assert sorted(sexes) == ["F", "F", "H"]
    kept = read_rows(tmp_path / "quarantine" / "replaced" / "salaries.csv")
    assert [person["sexe"] for person in kept] == ["F"]
    assert "P0002" not in (tmp_path / "out" / "corrections.json").read_text()


def test_the_declared_date_of_a_delivery_decides_which_is_later(tmp_path: Path) -> None:
    files = {
        "2025-03-01/salaries.csv": csv_text(salaries({}, {"sexe": "H"})),
        "2025-02-01 salaries.csv": GOOD,
    }
    result = take_in(tmp_path, files)
    assert len(result.corrections) == 1
    assert sum(sheet.replaced for file in result.files for sheet in file.sheets) == 3
    sexes = [person["sexe"] for person in read_rows(tmp_path / "out" / "salaries.csv")]
    assert sorted(sexes) == ["F", "F", "H"]


def test_an_old_delivery_taken_in_again_undoes_no_correction(tmp_path: Path) -> None:
    correction(tmp_path)
    before = (tmp_path / "out" / "salaries.csv").read_bytes()
    take_in(tmp_path, {"salaries.csv": GOOD})
    assert (tmp_path / "out" / "salaries.csv").read_bytes() == before


def test_an_absent_worksite_is_listed(tmp_path: Path) -> None:
    result = take_in(tmp_path, {"salaries.csv": GOOD})
    absent = {(found.worksite, found.year) for found in result.absent}
    assert ("PAR-02", 2024) in absent
    assert ("PAR-01", 2024) not in absent
    assert ("PAR-08", 2024) not in absent, "it left the programme in 2023"
    assert any("PAR-02" in line and "not as zero" in line for line in problem_lines(result))


def test_deliveries_are_left_as_they_were(tmp_path: Path) -> None:
    folder = deliver(tmp_path / "deliveries0", {"salaries.csv": GOOD})
    take_in(tmp_path, {"salaries.csv": GOOD})
    assert (folder / "salaries.csv").read_text() == GOOD
