"""Whatever is delivered: no traceback, no lost line, no value of a person."""

import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.deliveries import KEY, csv_text, salaries, saved, take_in, workbook

from cvg_warehouse.contracts.checks import all_checks
from cvg_warehouse.contracts.exports import contract_of
from cvg_warehouse.ingest.reading import read_file
from cvg_warehouse.ingest.values import explain, stored

FILES = 650
quick = settings(
    max_examples=FILES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

GOOD = csv_text(salaries()).encode()
GOOD_BOOK = saved(workbook({"salaries": salaries()}))
NASTY = [
    "", " ", ";", '"', "\n", "\r\n", "\0", "\u00a0", "\ufeff", "é", "Ã©", "\ud7ff", "=1+1", "N/A",
    "31/02/2024", "01/13/2024", "١٢/٠٣/٢٠٢٤", "1,23E+14", "Total", "00012", "999999999999999999999",
    "oui", "O", "France Travail", "PAR-01", "\u202e", "\x1f", "#REF!", "😀",
]  # fmt: skip
values = st.one_of(st.sampled_from(NASTY), st.text(max_size=12))
columns = [field.name for field in contract_of("salaries").fields]


def read_and_weigh(folder: Path, name: str, content: bytes) -> None:
    """Read a file; each of its lines is there once, and each problem is a known one."""
    file = folder / name
    file.write_bytes(content)
    reading = read_file(file, name, KEY, {})
    assert bool(reading.refused) != bool(reading.sheets)
    for place in (*reading.refused, *reading.warnings):
        assert place.check_id in all_checks()
    for sheet in reading.sheets:
        lines = sheet.rows["_line"].to_list() + [place.line for place in sheet.unreadable]
        assert len(lines) == len(set(lines)) > 0
        assert {place.line for place in sheet.held} <= set(lines)
        assert all(line > 0 for line in lines)
        assert "nom" not in sheet.rows.columns


@quick
@given(content=st.one_of(st.binary(max_size=400), st.text(max_size=300).map(str.encode)))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    read_and_weigh(tmp_path, "salaries.csv", content)


@quick
@given(data=st.data())
def test_a_good_file_with_bytes_changed(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = start + data.draw(st.integers(0, 40))
        content[start:end] = data.draw(st.one_of(st.binary(max_size=6), values.map(str.encode)))
    read_and_weigh(tmp_path, "salaries.csv", bytes(content))


@quick
@given(data=st.data())
def test_a_table_of_any_values(tmp_path: Path, data: st.DataObject) -> None:
    required = contract_of("salaries").required
    header = required + data.draw(st.lists(st.sampled_from(columns), max_size=3))
    rows = data.draw(
        st.lists(st.lists(values, min_size=len(header), max_size=len(header) + 1), max_size=4)
    )
    separator = data.draw(st.sampled_from(";,\t"))
    lines = [header, *rows]
    text = "\n".join(
        separator.join(f'"{v.replace(chr(34), chr(34) * 2)}"' for v in line) for line in lines
    )
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    read_and_weigh(tmp_path, "salaries.csv", text.encode(encoding, errors="replace") + b"\n")


cells = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 10**18), st.floats(), st.dates(), st.datetimes(),
    st.text(string.printable + "éÃ©\u00a0", max_size=12).filter(lambda text: text.isprintable()),
)  # fmt: skip


@settings(quick, max_examples=120)
@given(rows=st.lists(st.lists(cells, min_size=7, max_size=8), max_size=4))
def test_a_workbook_of_any_cells(tmp_path: Path, rows: list[list]) -> None:
    book = workbook({"salaries": salaries(count=1)})
    for row in rows:
        book["salaries"].append(row)
    read_and_weigh(tmp_path, "PAR-01.xlsx", saved(book))


@settings(quick, max_examples=120)
@given(data=st.data())
def test_a_workbook_with_bytes_changed(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(GOOD_BOOK)
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read_and_weigh(tmp_path, "PAR-01.xlsx", bytes(content))


@quick
@given(value=values, column=st.sampled_from(columns), from_workbook=st.booleans())
def test_a_stored_value_stays_what_it_is(value: str, column: str, from_workbook: bool) -> None:
    field = contract_of("salaries")[column]
    once = stored(field, value, from_workbook)
    assert stored(field, once, from_workbook) == once
    assert explain(field, value) in all_checks()


@settings(quick, max_examples=15)
@given(changes=st.lists(st.dictionaries(st.sampled_from(columns), values, max_size=4), max_size=6))
def test_a_whole_run_balances(tmp_path_factory: pytest.TempPathFactory, changes: list) -> None:
    rows = [
        row | dict.fromkeys(columns, "") | row | change
        for row, change in zip(salaries(count=len(changes) + 1)[1:], changes, strict=True)
    ]
    rows = [
        {n: v.replace('"', "").replace("\n", "").replace("\0", "") for n, v in row.items()}
        for row in [dict.fromkeys(columns, "") | salaries(count=1)[0], *rows]
    ]
    result = take_in(tmp_path_factory.mktemp("run"), {"salaries.csv": csv_text(rows)})
    (file,) = result.files
    assert file.lines == file.loaded + file.quarantined
    assert result.rows["salaries"] == file.loaded
