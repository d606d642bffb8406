"""Files that would mislead the readers, or make them need too much: read right, held or refused."""

import datetime
import io
import re
import subprocess
import sys
import time
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from tests.support.deliveries import (
    KEY,
    Row,
    action,
    csv_text,
    salarie,
    salaries,
    saved,
    sortie,
    workbook,
)
from tests.support.workbooks import Part, ods, ods_cell, rezipped

from cvg_warehouse.contracts.text import trimmed
from cvg_warehouse.ingest.encoding import decoded
from cvg_warehouse.ingest.number_formats import NOT_TEXT, PLAIN, mask_of, shown
from cvg_warehouse.ingest.reading import FileReading, read_file
from cvg_warehouse.ingest.sheet_facts import letters_of
from cvg_warehouse.ingest.sheets import FileRefused, Place
from cvg_warehouse.ingest.values import look_alike_key, wrong_identifier
from cvg_warehouse.paths import PROJECT

Found = tuple[str, str, int, str]
GOOD = csv_text(salaries())
LINES = GOOD.splitlines(keepends=True)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    RELATIONS: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}


def read(folder: Path, name: str, content: str | bytes) -> FileReading:
    """One file as the ingest reads it."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(file, name, KEY, {})


def refused(reading: FileReading) -> list[Found]:
    return [(place.check_id, place.sheet, place.line, place.column) for place in reading.refused]


def held(reading: FileReading) -> set[tuple[int, str, str]]:
    return {
        (place.line, place.column, place.check_id)
        for sheet in reading.sheets
        for place in (*sheet.held, *sheet.unreadable)
    }


def warned(reading: FileReading) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place in reading.warnings:
        found.setdefault(place.check_id, []).append(place.line)
    return found


def strict(content: bytes) -> bytes:
    """The workbook as `Strict Open XML`."""

    def change(_: str, part: bytes) -> bytes:
        for old, new in STRICT.items():
            part = part.replace(old.encode(), new.encode())
        return part

    return rezipped(content, change)


def with_cells(cells: str, sheets: dict[str, list[Row]] | None = None) -> bytes:
    """A good workbook with rows of raw XML after its own."""
    book = saved(workbook(sheets or {"salaries": salaries()}))
    return rezipped(
        book,
        lambda name, part: (
            part.replace(b"</sheetData>", cells.encode() + b"</sheetData>")
            if name.endswith("sheet1.xml")
            else part
        ),
    )


def stray(reference: str, text: str = " ") -> str:
    line = re.sub("[A-Z]+", "", reference)
    return (
        f'<row r="{line}"><c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{text}</t>'
        "</is></c></row>"
    )


def ods_number(kind: str, value: str, text: str, formula: str = "") -> str:
    name = {"boolean": "boolean-value", "date": "date-value", "time": "time-value"}.get(
        kind, "value"
    )
    of = f' table:formula="of:={formula}"' if formula else ""
    return (
        f'<table:table-cell{of} office:value-type="{kind}" office:{name}="{value}">'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


FAR = [
    "XFD1048576", "XFD60000", "L1048576", "CV1048576", "K120000", "XFD2", "CAA2", "A4294967290",
    "ZZZZZZ2", "ZZZZZZZZZ2", "A1048577",
]  # fmt: skip


def ods_far(row: int, column: int) -> str:
    return (
        f'<table:table-row table:number-rows-repeated="{row - 5}"><table:table-cell/>'
        "</table:table-row><table:table-row>"
        f'<table:table-cell table:number-columns-repeated="{column}"/>{ods_cell("x")}'
        "</table:table-row>"
    )


@pytest.mark.parametrize("reference", FAR)
@pytest.mark.parametrize("form", [bytes, strict], ids=["transitional", "strict"])
def test_a_cell_far_away_is_refused_by_its_place(
    reference: str, form: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    place = re.fullmatch(r"([A-Z]+)(\d+)", reference)
    assert place
    reading = read(tmp_path, "PAR-01.xlsx", form(with_cells(stray(reference))))
    assert refused(reading) == [("stray_cell", "salaries", int(place[2]), place[1])]
    assert not reading.sheets


@pytest.mark.parametrize(("row", "column"), [(1_048_576, 11), (60_000, 16_383), (5, 16_383)])
def test_a_cell_far_away_is_refused_in_opendocument_too(
    row: int, column: int, tmp_path: Path
) -> None:
    reading = read(tmp_path, "salaries.ods", ods(salaries(), ods_far(row, column)))
    assert refused(reading) == [("stray_cell", "salaries", row, letters_of(column))]


def test_formulas_filled_down_to_nowhere_are_a_stray_cell(tmp_path: Path) -> None:
    cells = "".join(
        f'<row r="{line}"><c r="K{line}" t="str"><f>""</f><v></v></c></row>'
        for line in range(5, 120_000)
    )
    reading = read(tmp_path, "PAR-01.xlsx", with_cells(cells))
    assert refused(reading) == [("stray_cell", "salaries", 119_999, "K")]


@pytest.mark.parametrize("reference", ["A0", "7", "XFD", "A-1", "$A$1", "A1:B2", "A99999999999"])
def test_a_malformed_reference_is_refused(reference: str, tmp_path: Path) -> None:
    cell = f'<row r="9"><c r="{reference}"><v>1</v></c></row>'
    assert refused(read(tmp_path, "PAR-01.xlsx", with_cells(cell))) == [
        ("file_unreadable", "salaries", 9, "")
    ]


def test_a_cell_counts_by_its_own_reference_not_its_rows(tmp_path: Path) -> None:
    cell = '<row r="9"><c r="XFD1048576"><v>1</v></c></row>'
    assert refused(read(tmp_path, "PAR-01.xlsx", with_cells(cell)))[0][0] == "stray_cell"


def test_formats_without_values_far_below_do_no_harm(tmp_path: Path) -> None:
    reading = read(
        tmp_path, "PAR-01.xlsx", with_cells('<row r="1048576"><c r="XFD1048576"/></row>')
    )
    assert not reading.refused
    assert not held(reading)


def test_a_cell_that_can_be_read_far_below_is_one_finding_for_all_blank_lines(
    tmp_path: Path,
) -> None:
    reading = read(tmp_path, "PAR-01.xlsx", with_cells(stray("A50000", "x")))
    assert warned(reading)["blank_line"] == [5]
    assert reading.sheets[0].blank == 49_995
    assert reading.sheets[0].rows["_line"].to_list() == [2, 3, 4]
    assert held(reading) == {(50_000, "", "stray_line")}


def test_a_row_of_several_cells_far_below_is_a_row(tmp_path: Path) -> None:
    book = workbook({"salaries": salaries()})
    for position, value in enumerate(salarie(4).values(), start=1):
        book["salaries"].cell(500, position, value)
    reading = read(tmp_path, "PAR-01.xlsx", saved(book))
    assert not held(reading)
    assert reading.sheets[0].rows["_line"].to_list() == [2, 3, 4, 500]


def test_runs_of_blank_lines_in_csv_are_one_finding_each(tmp_path: Path) -> None:
    content = "".join([LINES[0], "\n" * 3, LINES[1], ";;;\n" * 1_000, LINES[2]])
    reading = read(tmp_path, "salaries.csv", content)
    assert warned(reading)["blank_line"] == [2, 6]
    assert reading.sheets[0].blank == 1_003


LIMITED = """
import resource, sys
from pathlib import Path
from cvg_warehouse.ingest.reading import read_file
resource.setrlimit(resource.RLIMIT_AS, (2_500_000_000, 2_500_000_000))
for name in sys.argv[1:]:
    reading = read_file(Path(name), name, bytes(32), {})
    print(*[place.check_id for place in reading.refused])
# The peak of this program alone: that of getrusage begins with the one of the process before it.
(peak,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024)
"""


def test_stray_cells_need_little_memory(tmp_path: Path) -> None:
    contents = {f"{far}.xlsx": with_cells(stray(far)) for far in FAR}
    # The largest areas with next to nothing in them that are read.
    contents |= {
        "K90000.xlsx": with_cells(stray("K90000")),
        "BXX500.xlsx": with_cells(stray("BXX500")),
    }
    contents["far.ods"] = ods(salaries(), ods_far(1_048_576, 99))
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, *contents],
        cwd=tmp_path,
        env={"POLARS_MAX_THREADS": "1", "PYTHONPATH": str(PROJECT / "src")},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-500:]
    *checks, megabytes = run.stdout.splitlines()
    assert checks == ["stray_cell"] * len(FAR) + ["", "", "stray_cell"]
    assert int(megabytes) < 500


Spoil = Callable[[openpyxl.Workbook], object]
GUARDS: dict[str, tuple[Spoil, str]] = {
    "hidden row": (
        lambda book: setattr(book["salaries"].row_dimensions[3], "hidden", True),
        "rows_hidden",
    ),
    "merged cells": (lambda book: book["salaries"].merge_cells("B3:C3"), "cells_merged"),
    "hidden sheet": (
        lambda book: setattr(book["sorties"], "sheet_state", "hidden"),
        "sheet_hidden",
    ),
    "very hidden sheet": (
        lambda book: setattr(book["sorties"], "sheet_state", "veryHidden"),
        "sheet_hidden",
    ),
    "formula without a value": (
        lambda book: book["salaries"].__setitem__("I3", "=1+1"),
        "formula_without_value",
    ),
    "error": (lambda book: book["salaries"].__setitem__("I3", "#REF!"), "error_value"),
    "date as an identifier": (
        lambda book: book["salaries"].__setitem__("D3", datetime.date(2024, 3, 24)),
        "identifier_not_text",
    ),
}


@pytest.mark.parametrize("form", [bytes, strict], ids=["transitional", "strict"])
@pytest.mark.parametrize("guard", GUARDS)
def test_strict_workbooks_have_the_same_guards(
    guard: str, form: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    spoil, check_id = GUARDS[guard]
    book = workbook({"salaries": salaries(), "sorties": [sortie()]})
    spoil(book)
    reading = read(tmp_path, "PAR-01.xlsx", form(saved(book)))
    checks = {found for _, _, found in held(reading)} | {found[0] for found in refused(reading)}
    assert check_id in checks


def test_a_strict_workbook_is_read(tmp_path: Path) -> None:
    reading = read(tmp_path, "PAR-01.xlsx", strict(saved(workbook({"salaries": salaries()}))))
    assert not reading.refused
    assert not held(reading)
    assert reading.sheets[0].rows.height == 3


def test_a_sheet_whose_part_is_not_found_is_refused(tmp_path: Path) -> None:
    content = rezipped(
        saved(workbook({"salaries": salaries()})),
        lambda name, part: part.replace(b'r:id="', b'r:of="') if "workbook.xml" in name else part,
    )
    assert refused(read(tmp_path, "PAR-01.xlsx", content)) == [("file_unreadable", "", 0, "")]


def test_a_sheet_of_which_the_archive_says_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cvg_warehouse.ingest.workbook.facts_of", lambda path: {})
    content = saved(workbook({"salaries": salaries()}))
    assert refused(read(tmp_path, "PAR-01.xlsx", content)) == [("file_unreadable", "", 0, "")]


ERRORS = [
    "#SPILL!", "#CALC!", "#FIELD!", "#BUSY!", "#CONNECT!", "#BLOCKED!", "#UNKNOWN!", "#PYTHON!",
    "#GETTING_DATA", "#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "Err:502",
    "#NOM?", "",
]  # fmt: skip


def of_sheet(change: Callable[[bytes], bytes]) -> Part:
    return lambda name, part: change(part) if name.endswith("sheet1.xml") else part


@pytest.mark.parametrize("text", ERRORS)
@pytest.mark.parametrize("start", ["", "<f>A1</f>"])
def test_an_error_cell_holds_its_row_whatever_it_says(
    text: str, start: str, tmp_path: Path
) -> None:
    cell = f'<c r="I3" t="e">{start}<v>{text}</v></c>'.encode()
    content = rezipped(
        saved(workbook({"salaries": salaries()})),
        of_sheet(lambda part: re.sub(rb'<c r="I3".*?</c>', cell, part)),
    )
    reading = read(tmp_path, "PAR-01.xlsx", content)
    assert not reading.refused
    found = {"error_value"} if text or not start else {"formula_without_value"}
    assert {check_id for _, _, check_id in held(reading)} == found
    assert reading.sheets[0].rows.height == 3


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="I3" t="s"><v>9999</v></c>',
        '<c r="I3" t="s"><v>-1</v></c>',
        '<c r="I3"><v>abc</v></c>',
        '<c r="I3" t="zz"><v>1</v></c>',
        '<c r="I3" t="s"><w>1</w></c>',
    ],
)
def test_a_workbook_that_calamine_cannot_read_is_refused(
    cell: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = rezipped(
        saved(workbook({"salaries": salaries()})),
        of_sheet(lambda part: re.sub(rb'<c r="I3".*?</c>', cell.encode(), part)),
    )
    reading = read(tmp_path, "PAR-01.xlsx", content)
    assert refused(reading)[0][0] == "file_unreadable"
    assert capfd.readouterr() == ("", "")


def test_an_opendocument_workbook_that_calamine_cannot_read_says_what_helps(tmp_path: Path) -> None:
    content = ods(salaries({"id_salarie": '<table:table-cell office:value-type="float"'
        ' office:value="x1"><text:p>1</text:p></table:table-cell>'}))  # fmt: skip
    assert refused(read(tmp_path, "salaries.ods", content))[0][0] == "file_unreadable"
    indented = rezipped(
        ods(salaries()), lambda _, part: part.replace(b"<table:table-row>", b"<table:table-row>\n ")
    )
    assert refused(read(tmp_path, "salaries.ods", indented)) == [("ods_unreadable", "", 0, "")]


def test_a_chart_sheet_is_passed_over_without_a_word(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("salaries")
    for line, row in enumerate([list(salarie()), *(list(row.values()) for row in salaries())]):
        sheet.write_row(line, 0, row)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=salaries!$A$2:$A$4"})
    book.add_chartsheet("Graphique").set_chart(chart)
    book.close()
    reading = read(tmp_path, "PAR-01.xlsx", stream.getvalue())
    assert not reading.refused
    assert "sheet_unknown" not in warned(reading)
    assert capfd.readouterr() == ("", "")


def put(reading_of: dict[str, tuple[object, str]]) -> bytes:
    """A workbook with cells, each a value and its number format."""
    book = workbook({"salaries": salaries()})
    for place, (value, number_format) in reading_of.items():
        book["salaries"][place] = value
        book["salaries"][place].number_format = number_format
    return saved(book)


DAY = datetime.datetime(2024, 3, 24)


@pytest.mark.parametrize(
    ("value", "number_format"),
    [
        (DAY, "dd/mm/yyyy"),
        (45375, "mm-dd-yy"),
        (45375, "[$-40C]d\\ mmmm\\ yyyy;@"),
        (DAY, "d-mmm"),
        (datetime.time(12, 24), "h:mm"),
        (0.5166, "General"),
        (36, "[h]:mm"),
        (True, "General"),
        (False, "00000"),
        (12.5, "General"),
        (12, "0.00"),
        (12, "#,##0.00"),
        (12, '#,##0.00\\ "€"'),
        (0.5, "0%"),
        (50, "0%"),
        (12, "0.00E+00"),
        (12, "# ?/?"),
    ],
)
@pytest.mark.parametrize("column", ["D", "E"])
def test_cells_that_are_no_text_are_held_in_identifiers(
    value: object, number_format: str, column: str, tmp_path: Path
) -> None:
    reading = read(tmp_path, "PAR-01.xlsx", put({f"{column}3": (value, number_format)}))
    name = {"D": "id_salarie", "E": "id_parcours"}[column]
    assert held(reading) == {(3, name, "identifier_not_text")}


@pytest.mark.parametrize("kind", ["actions", "ateliers"])
def test_identifiers_that_are_not_pseudonyms_are_held_too(kind: str, tmp_path: Path) -> None:
    row = {"actions": action(), "ateliers": {}}[kind] or {
        "annee": "2024", "id_atelier": "1", "date_atelier": "05/03/2024", "territoire": "01-Paris",
        "domaine": "santé", "theme": "x", "public": "permanents", "participants": "12",
    }  # fmt: skip
    book = workbook({kind: [row, row]})
    book[kind]["B3"] = DAY
    reading = read(tmp_path, "PAR-01.xlsx", saved(book))
    (found,) = held(reading)
    assert found[::2] == (3, "identifier_not_text")
    text = csv_text([row, {**row, list(row)[1]: "12,5"}])
    assert held(read(tmp_path, f"{kind}.csv", text)) == {found}


@pytest.mark.parametrize("value", [DAY, 45.5, True])
def test_the_same_cells_are_no_matter_elsewhere(value: object, tmp_path: Path) -> None:
    reading = read(
        tmp_path, "PAR-01.xlsx", put({"H3": (DAY, "dd/mm/yyyy"), "K3": (True, "General")})
    )
    assert not held(reading)
    book = workbook({"salaries": [row | {"remarques": "x"} for row in salaries()]})
    book["salaries"]["L3"] = value
    assert not held(read(tmp_path, "PAR-01.xlsx", saved(book)))


def pseudonyms(reading: FileReading) -> list[str]:
    return reading.sheets[0].rows["id_salarie"].to_list()


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (101, "00000", "00101"),
        (101, "00000;-00000", "00101"),
        (101, '"S-"00000', "S-00101"),
        (1234567, "00000", "1234567"),
        (123456, "00\\-0000", "12-3456"),
        (7, "000;[Red]-000;0;@", "007"),
        (101, "General", "101"),
        (101, "0", "101"),
        (101, "@", "101"),
        (1101, "#,##0", "1101"),
        (1101, "#\\ ##0", "1101"),
    ],
)
def test_a_number_is_the_identifier_that_the_spreadsheet_shows(
    value: int, number_format: str, text: str, tmp_path: Path
) -> None:
    reading = read(tmp_path, "PAR-01.xlsx", put({"D2": (value, number_format)}))
    expected = read(tmp_path, "salaries.csv", csv_text(salaries({"id_salarie": text})))
    assert pseudonyms(reading) == pseudonyms(expected)
    assert not held(reading)


def test_codes_keep_the_zeros_that_are_shown(tmp_path: Path) -> None:
    book = workbook({"sorties": [sortie(1), sortie(2)]})
    book["sorties"]["F3"] = 1
    book["sorties"]["F3"].number_format = "00"
    reading = read(tmp_path, "PAR-01.xlsx", saved(book))
    assert set(reading.sheets[0].rows["motif_sortie"]) == {"01"}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (ods_number("float", "101", "00101"), "00101"),
        (ods_number("float", "101", "S-00101"), "S-00101"),
        (ods_number("float", "101", "101"), "101"),
        (ods_number("float", "1101", "1\u00a0101"), "1101"),
        (
            '<table:table-cell office:value-type="float" office:value="101"><office:annotation>'
            "<text:p>99</text:p></office:annotation><text:p>101</text:p></table:table-cell>",
            "101",
        ),
    ],
)
def test_opendocument_shows_its_identifiers(cell: str, text: str, tmp_path: Path) -> None:
    reading = read(tmp_path, "salaries.ods", ods(salaries({"id_salarie": cell})))
    expected = read(tmp_path, "salaries.csv", csv_text(salaries({"id_salarie": text})))
    assert pseudonyms(reading) == pseudonyms(expected)
    assert not held(reading)


def test_cells_that_opendocument_repeats_are_all_shown(tmp_path: Path) -> None:
    cell = ods_number("float", "101", "00101").replace(
        "<table:table-cell", '<table:table-cell table:number-columns-repeated="2"'
    )
    row = salarie(1, id_salarie=cell)
    other = salarie(2, id_salarie="00102")
    content = rezipped(
        ods([row, other]),
        lambda _, part: part.replace(f"{cell}{ods_cell('P0001')}".encode(), cell.encode()),
    )
    reading = read(tmp_path, "salaries.ods", content)
    expected = read(
        tmp_path,
        "salaries.csv",
        csv_text([row | {"id_salarie": "00101", "id_parcours": "00101"}, other]),
    )
    assert pseudonyms(reading) == pseudonyms(expected)
    for column in ("id_salarie", "id_parcours"):
        assert reading.sheets[0].rows[column].to_list() == expected.sheets[0].rows[column].to_list()


@pytest.mark.parametrize(
    "cell",
    [
        ods_number("date", "2024-03-24", "24/03/24"),
        ods_number("time", "PT12H24M00S", "12:24"),
        ods_number("boolean", "true", "VRAI"),
        ods_number("percentage", "0.5", "50 %"),
        ods_number("float", "12.5", "12,5"),
        ods_number("float", "12", "12,00"),
        ods_number("float", "1", "VRAI", "TRUE()"),
    ],
)
def test_opendocument_cells_that_are_no_text_are_held_in_identifiers(
    cell: str, tmp_path: Path
) -> None:
    reading = read(tmp_path, "salaries.ods", ods(salaries({}, {"id_salarie": cell})))
    assert held(reading) == {(3, "id_salarie", "identifier_not_text")}


@pytest.mark.parametrize(
    "cell",
    [
        ods_number("float", "1", "VRAI", "TRUE()"),
        ods_number("float", "1", "1", "TRUE()"),
        ods_number("float", "1", "TRUE", "[.A1]=[.B1]"),
        ods_number("boolean", "true", "VRAI", "TRUE()"),
        ods_number("boolean", "true", "VRAI"),
    ],
)
def test_true_is_oui_in_both_kinds_of_workbook(cell: str, tmp_path: Path) -> None:
    reading = read(tmp_path, "salaries.ods", ods(salaries({"rsa_entree": cell})))
    assert reading.sheets[0].rows["rsa_entree"].to_list() == ["oui"] * 3
    content = rezipped(
        saved(workbook({"salaries": salaries()})),
        of_sheet(
            lambda part: re.sub(
                rb'<c r="K2".*?</c>', b'<c r="K2" t="b"><f>TRUE()</f><v>1</v></c>', part
            )
        ),
    )
    reading = read(tmp_path, "PAR-01.xlsx", content)
    assert reading.sheets[0].rows["rsa_entree"].to_list() == ["oui"] * 3


EMPTY_FORMULAS = {
    "LibreOffice": (
        '<table:table-cell table:formula="of:=IF(1;&quot;&quot;)"/>',
        "LibreOffice/7.4",
    ),
    "with its type": (
        '<table:table-cell table:formula="of:=A1" office:value-type="string" '
        'office:string-value=""><text:p/></table:table-cell>',
        "",
    ),
}


@pytest.mark.parametrize("form", EMPTY_FORMULAS)
def test_a_formula_that_gives_nothing_is_an_empty_cell(form: str, tmp_path: Path) -> None:
    cell, generator = EMPTY_FORMULAS[form]
    content = ods(salaries({"rsa_entree": cell}), generator=generator)
    reading = read(tmp_path, "salaries.ods", content)
    assert not held(reading)
    assert reading.sheets[0].rows["rsa_entree"].to_list() == ["", "oui", "oui"]


def test_a_formula_that_nobody_computed_is_held(tmp_path: Path) -> None:
    cell = '<table:table-cell table:formula="of:=1+1"/>'
    reading = read(tmp_path, "salaries.ods", ods(salaries({"rsa_entree": cell})))
    assert held(reading) == {(2, "rsa_entree", "formula_without_value")}


@pytest.mark.parametrize(
    ("code", "number", "text"),
    [("00000", 7, "00007"), ('"N°"0#', 7, "N°07"), ("0#", 7, "07"), ("0-00", 7, "0-07")],
)
def test_masks(code: str, number: int, text: str) -> None:
    mask = mask_of(code)
    assert mask
    assert shown(number, mask) == text


def test_formats_that_show_a_number_as_it_is() -> None:
    for code in ("", "General", "GENERAL", "@", "0", "#", "#,##0", "[Red]0", "_-* #,##0_-"):
        assert mask_of(code) == PLAIN, code
    for code in ("dd/mm/yyyy", "[h]", "0%", "0.0", "# ?/?", "0E+0", '"oui"'):
        assert mask_of(code) is NOT_TEXT, code


SPOILT = [
    "12,5", "12.5", "-3,5", "TRUE", "FALSE", "VRAI", "FAUX", "vrai", "12:24", "12:24:00", "50 %",
    "50%", "12,5 %", "2024-03-24", "2024-03-24 00:00:00", "2024-3-4", "24/03/2024", "3/24/2024",
    "24/03/24", "mars-24", "24-mars", "01-févr", "1-déc.-24",
]  # fmt: skip
KEPT = [
    "1", "00123", "P0001", "AB-12", "A12/34", "2024-12", "12/2024", "MAR-01", "12-34-56", "1.2.3",
    "45/99/2024", "2024-13-45", "S 12", "mars", "VRAIE", "12h24", "A:12", "RÉ-12", "3-24",
]  # fmt: skip


@pytest.mark.parametrize("value", SPOILT)
def test_texts_that_a_spreadsheet_makes_of_identifiers_are_held(value: str, tmp_path: Path) -> None:
    assert wrong_identifier(value) == "identifier_not_text"
    reading = read(tmp_path, "salaries.csv", csv_text(salaries({}, {"id_salarie": value})))
    assert (3, "id_salarie", "identifier_not_text") in held(reading)


@pytest.mark.parametrize("value", KEPT)
def test_identifiers_that_only_resemble_such_texts_are_kept(value: str) -> None:
    assert wrong_identifier(value) is None


LOOK_ALIKES = [
    ("'00123", "00123"), ("P-001", "P–001"), ("P-001", "P‑001"), ("P-001", "P−001"),
    ("P-001", "P‐001"), ("AB12", "ab12"), ("AB 12", "AB12"), ("ÉB-1", "EB-1"), ("00123", "123"),
    ("’AB", "AB"), ("l'A", "l’A"), ("AB\u00a012", "AB12"), ("AB\u200b12", "AB12"), ("０１", "01"),
]  # fmt: skip
OTHERS = [("P-001", "P001"), ("AB1", "AB2"), ("1", "10"), ("A-1", "A/1"), ("10", "100"), ("0", "1")]


@pytest.mark.parametrize(("one", "other"), LOOK_ALIKES)
def test_look_alikes_share_a_key_and_are_held_by_place(
    one: str, other: str, tmp_path: Path
) -> None:
    assert look_alike_key(one) == look_alike_key(other)
    rows = [salarie(1, id_salarie=one), salarie(2), salarie(3, id_salarie=other)]
    reading = read(tmp_path, "salaries.csv", csv_text(rows))
    found = {
        (place.line, place.other)
        for place in reading.sheets[0].held
        if (place.check_id, place.column) == ("identifier_look_alike", "id_salarie")
    }
    assert found == {(2, ":4"), (4, ":2")}


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_identifiers_that_differ_in_a_letter_or_figure_are_others(one: str, other: str) -> None:
    assert look_alike_key(one) != look_alike_key(other)


def test_look_alikes_on_two_sheets_are_held_on_both(tmp_path: Path) -> None:
    book = workbook(
        {"salaries": salaries(), "sorties": [sortie(1), sortie(2, id_parcours="p0002")]}
    )
    reading = read(tmp_path, "PAR-01.xlsx", saved(book))
    found = {
        (sheet.name, place.line, place.other)
        for sheet in reading.sheets
        for place in sheet.held
        if place.check_id == "identifier_look_alike"
    }
    assert found == {("salaries", 3, "sorties:3"), ("sorties", 3, "salaries:3")}


def test_the_same_text_in_other_columns_is_no_look_alike(tmp_path: Path) -> None:
    rows = [salarie(1, id_salarie="A1", id_parcours="a1"), salarie(2), salarie(2)]
    assert not held(read(tmp_path, "salaries.csv", csv_text(rows)))


def test_composed_and_decomposed_letters_are_the_same(tmp_path: Path) -> None:
    forms = [unicodedata.normalize(form, "ÉB-1") for form in ("NFC", "NFD")]
    rows = [salarie(n, id_salarie=form) for n, form in enumerate(forms, start=1)]
    reading = read(tmp_path, "salaries.csv", csv_text(rows))
    assert len(set(pseudonyms(reading))) == 1
    assert not held(reading)
    assert "spaces_trimmed" not in warned(reading)
    partner = unicodedata.normalize("NFD", "Hôpital")
    reading = read(tmp_path, "actions.csv", csv_text([action(partenaires=partner)]))
    assert reading.sheets[0].rows["partenaires"].to_list() == ["Hôpital"]
    assert trimmed(partner) == "Hôpital"


FRENCH = [
    "Santé", "précarité", "été", "Hôtel", "cœur", "bœuf", "français", "FRANÇAIS", "première",
    "très", "tête", "forêt", "boîte", "goût", "déjà", "château", "bâtiment", "École", "Léa", "Loïc",
    "Anaïs", "Jérôme", "côté", "hôpital", "hébergé", "sœur", "Besançon", "Nîmes", "père", "équipe",
    "épicerie",
]  # fmt: skip
CODE_PAGES = ["mac_roman", "cp850", "cp437", "iso8859_15"]


@pytest.mark.parametrize("encoding", CODE_PAGES)
@pytest.mark.parametrize("word", FRENCH)
def test_other_code_pages_are_never_read_as_windows_1252(word: str, encoding: str) -> None:
    text = f"a;b\nx;{word};y\n"
    try:
        read_as = decoded(text.encode(encoding, "ignore"), [])
    except FileRefused as refusal:
        (place,) = refusal.places
        assert (place.check_id, place.line) == ("encoding_unknown", 2)
    else:
        assert read_as == text.encode(encoding, "ignore").decode(encoding)


@pytest.mark.parametrize("encoding", CODE_PAGES[:3])
def test_a_delivery_in_another_code_page_is_refused(encoding: str, tmp_path: Path) -> None:
    content = GOOD.encode(encoding)
    assert refused(read(tmp_path, "salaries.csv", content)) == [("encoding_unknown", "", 2, "")]
    content = content.replace(b"\n", b"\r")
    assert refused(read(tmp_path, "salaries.csv", content)) == [("encoding_unknown", "", 2, "")]


WINDOWS_1252 = [
    "Šimek", "Žižek", "Željko Škoda", "Tomaš Boži", "MILOŠ ŽIVKO", "ŠTEFAN", "Anežka", "Žofie",
    "L’Haÿ-les-Roses", "L’HAŸ-LES-ROSES", "cœur à cœur", "ŒUVRE", "Œuvre", "CŒUR", "d’Œuvre",
    "10 €", "10€", "5 k€", "12 k€/an", "30€ TTC", "12 k€HT", "l’accueil", "« Les Amis »",
    "«Les Amis»",
    "dit “bonjour” hier", "mot – suite", "Paris–Lyon", "etc…", "bla…bla", "salarié·e·s",
    "salarié•e•s", "tou•te•s", "5 ‰", "Windows™ 11", "½ journée", "2h½", "N° 5", "§ 3", "Noël",
    "Müller", "Ångström", "Çelik", "Île-de-France", "l’Île", "À Paris", "Être", "Ñuñez", "PEÑA",
    "São Paulo", "JOÃO", "CAMÕES", "Øresund", "Strauß", "‘mot’", "l‘eau", "aujourd‘hui", "„Wort“",
    "ActivÉmploi", "±2", "25 µg", "m²", "¡Hola!", "¿Qué?", "naïve", "100 €HT", "à", "où", "ŽIŽEK",
    "O‘Brien", "rue “de la Paix”", "maître d’œuvre – lot 2", "VŒux", "É. Zola",
]  # fmt: skip


@pytest.mark.parametrize("text", WINDOWS_1252)
def test_words_of_windows_1252_are_read(text: str) -> None:
    problems: list[Place] = []
    content = f"é;b\nx;{text};y\n"
    assert decoded(content.encode("cp1252"), problems) == content
    assert [place.check_id for place in problems] == ["encoding_cp1252"]


def csv_rows(*lines: str) -> str:
    return LINES[0] + "".join(f"{line}\n" for line in lines)


GOOD_LINES = [line.rstrip("\n") for line in LINES[1:]]


def test_empty_fields_beyond_the_header_are_dropped_with_a_warning(tmp_path: Path) -> None:
    content = csv_rows(GOOD_LINES[0] + ";", GOOD_LINES[1], GOOD_LINES[2] + "; ;;")
    reading = read(tmp_path, "salaries.csv", content)
    assert not held(reading)
    assert reading.sheets[0].rows.height == 3
    assert warned(reading)["fields_surplus"] == [2, 4]


def test_fields_that_are_missing_at_the_end_have_their_own_check(tmp_path: Path) -> None:
    short = GOOD_LINES[1].rsplit(";", 2)[0]
    content = csv_rows(GOOD_LINES[0], short, GOOD_LINES[2] + ";x")
    reading = read(tmp_path, "salaries.csv", content)
    assert held(reading) == {(3, "", "ragged_short"), (4, "", "ragged_line")}
    assert len(reading.sheets[0].unreadable) + reading.sheets[0].rows.height == 3


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
@pytest.mark.parametrize("inside", ["\n", "\r\n", "\r"])
def test_line_ends_inside_quotes_end_no_line(end: str, inside: str, tmp_path: Path) -> None:
    rows = [action(), action(2, partenaires=f'"a{inside}b"'), action(3)]
    reading = read(tmp_path, "actions.csv", csv_text(rows, end=end))
    assert not reading.refused
    assert not held(reading)
    assert reading.sheets[0].rows["partenaires"].to_list()[1] == "a b"
    assert warned(reading)["newline_in_value"] == [3]
    assert reading.sheets[0].rows["_line"].to_list() == [2, 3, 5]


def test_line_ends_of_several_systems_in_one_file_are_read(tmp_path: Path) -> None:
    header, *rows = (line.rstrip("\n") for line in LINES)
    content = f"{header}\r\n{rows[0]}\r{rows[1]}\n{rows[2]}\r\n"
    reading = read(tmp_path, "salaries.csv", content)
    assert not held(reading)
    assert reading.sheets[0].rows["_line"].to_list() == [2, 3, 4]


def test_a_very_long_value_holds_its_row_alone(tmp_path: Path) -> None:
    rows = [action(), action(2, partenaires="a" * 140_000), action(3)]
    reading = read(tmp_path, "actions.csv", csv_text(rows))
    assert held(reading) == {(3, "", "value_too_long")}
    assert reading.sheets[0].rows["_line"].to_list() == [2, 4]


def test_long_words_are_looked_through_in_no_time(tmp_path: Path) -> None:
    start = time.process_time()
    rows = [action(n, partenaires=sign * 32_000) for n, sign in enumerate("a1é(", start=1)]
    reading = read(tmp_path, "actions.csv", csv_text(rows))
    assert reading.sheets[0].rows.height == 4
    assert time.process_time() - start < 10


def test_an_open_quote_is_told_as_one_however_long_the_rest(tmp_path: Path) -> None:
    content = GOOD.replace("France", '"France', 1) + "".join(LINES[1:]) * 2_000
    assert refused(read(tmp_path, "salaries.csv", content)) == [("quote_unclosed", "", 2, "")]


BOOK = saved(workbook({"salaries": salaries()}))


def zip_of(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "check_id"),
    [
        ("salaries.csv", BOOK, "workbook_named_csv"),
        ("PAR-01.csv", BOOK, "workbook_named_csv"),
        ("salaries.csv", ods(salaries()), "workbook_named_csv"),
        ("salaries.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "workbook_named_csv"),
        ("PAR-01.xlsx", GOOD.encode(), "csv_named_workbook"),
        ("PAR-01.xlsx", GOOD.encode("utf-16"), "csv_named_workbook"),
        ("salaries.ods", GOOD.encode(), "csv_named_workbook"),
        ("PAR-01.xlsx", b"<html><table><tr><td>a;b</td></tr></table></html>", "file_unreadable"),
        ("PAR-01.xlsx", b"", "file_unreadable"),
        ("PAR-01.zip", zip_of("salaries.csv", GOOD.encode()), "file_archive"),
        ("PAR-01.xlsx", zip_of("salaries.csv", GOOD.encode()), "file_archive"),
        ("PAR-01.7z", b"7z", "file_archive"),
        ("PAR-01.xls", b"", "file_type"),
    ],
)
def test_files_of_another_kind_than_their_name_says(
    name: str, content: bytes, check_id: str, tmp_path: Path
) -> None:
    assert refused(read(tmp_path, name, content)) == [(check_id, "", 0, "")]


PLAN = [{"Domaine": "santé", "Objectif": "x", "Responsable": "y", "Échéance": "juin"}]
FOLLOW_UP = [{"Date": "02/03/2024", "Correction": "x", "Faite": "oui"}]
NOTES = {"Plan d'actions": PLAN, "Suivi des corrections": FOLLOW_UP}


@pytest.mark.parametrize("name", NOTES)
@pytest.mark.parametrize("is_merged", [False, True])
def test_a_sheet_of_notes_beside_the_data_is_passed_over_with_a_warning(
    name: str, is_merged: bool, tmp_path: Path
) -> None:
    book = workbook({name: NOTES[name], "salaries": salaries()})
    if is_merged:
        book[name].merge_cells("A2:B2")
    reading = read(tmp_path, "PAR-01.xlsx", saved(book))
    assert not reading.refused
    assert [sheet.name for sheet in reading.sheets] == ["salaries"]
    assert [p.sheet for p in reading.warnings if p.check_id == "sheet_unknown"] == [name]


def test_a_sheet_of_notes_beside_the_real_sheet_of_its_export(tmp_path: Path) -> None:
    book = workbook({"Plan d'actions": PLAN, "actions": [action()], "salaries": salaries()})
    reading = read(tmp_path, "PAR-01.xlsx", saved(book))
    assert [sheet.name for sheet in reading.sheets] == ["actions", "salaries"]


def test_a_sheet_of_notes_alone_is_refused(tmp_path: Path) -> None:
    reading = read(tmp_path, "PAR-01.xlsx", saved(workbook({"Plan d'actions": PLAN})))
    assert {found[0] for found in refused(reading)} == {"column_missing"}


def without(rows: list[Row], *columns: str) -> list[Row]:
    return [{name: row[name] for name in row if name not in columns} for row in rows]


@pytest.mark.parametrize(
    "rows",
    [
        without([action()], "annee"),
        without([action()], "annee", "id_action", "date_action"),
        [{";".join(action()): ";".join(action().values())}],
    ],
    ids=["one column", "three columns", "all in one cell"],
)
def test_a_sheet_of_data_that_lacks_columns_is_still_refused(
    rows: list[Row], tmp_path: Path
) -> None:
    book = workbook({"actions": rows, "salaries": salaries()})
    reading = read(tmp_path, "PAR-01.xlsx", saved(book))
    assert {found[:2] for found in refused(reading)} == {("column_missing", "actions")}


def test_titles_above_a_sheet_of_data_are_still_refused(tmp_path: Path) -> None:
    book = workbook({"actions": [action()], "salaries": salaries()})
    book["actions"].insert_rows(1)
    book["actions"]["A1"] = "Actions 2024"
    reading = read(tmp_path, "PAR-01.xlsx", saved(book))
    assert refused(reading) == [("header_titles", "actions", 1, "")]
