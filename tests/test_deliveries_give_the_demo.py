"""The demo as 77 worksites would have sent it gives the same indicators as the clean demo."""

from pathlib import Path

import pytest
from tests.support.deliveries import KEY

from conftest import Built, Workplace, read_rows, run_cvg
from cvg_demo.deliveries import write_deliveries
from cvg_demo.deliveries.invented import identity_of
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import SHIPPED_EXPORTS

CELLS = """
    select indicator_id, breakdown, reporting_year, geography_id, population,
        numerator, denominator, value
    from mart_indicators
    order by all
"""
PEOPLE = 30


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("delivered") / "deliveries"
    write_deliveries(SHIPPED_EXPORTS, folder)
    return folder


@pytest.fixture(scope="module")
def taken_in(delivered: Path) -> Workplace:
    place = delivered.parent
    run = run_cvg("ingest", str(delivered), "--out", str(place / "exports"),
                  CVG_PSEUDONYM_KEY=KEY.hex())  # fmt: skip
    assert run.returncode == 0, run.stderr
    signed = run_cvg("link", str(place / "exports"), "--sign", "all", "--by", "tests",
                     CVG_PSEUDONYM_KEY=KEY.hex())  # fmt: skip
    assert signed.returncode == 0, signed.stderr
    workplace = Workplace(place / "exports", place / "cvg.duckdb")
    build = workplace.build()
    assert build.returncode in (0, 1), build.stderr
    return workplace


def test_every_form_is_delivered(delivered: Path) -> None:
    last_year = delivered / "demo" / "2024"
    kinds = {file.suffix for file in last_year.rglob("*") if file.is_file()}
    worksites = {file.stem for file in last_year.iterdir() if not file.name.startswith("equipe")}
    headers = {file.read_bytes().split(b"\r\n")[0] for file in last_year.rglob("salaries.csv")}
    assert kinds == {".csv", ".xlsx", ".ods"}
    assert len(worksites) == 77
    assert len(headers) > PEOPLE / 2


def test_every_row_is_loaded(taken_in: Workplace) -> None:
    for export in EXPORTS:
        shipped = read_rows(SHIPPED_EXPORTS / f"{export}.csv")
        assert len(read_rows(taken_in.file(export))) == len(shipped)


def test_indicators_are_those_of_the_demo_to_the_last_digit(
    built: Built, taken_in: Workplace
) -> None:
    old = {row[:5]: row[5:] for row in built.query(CELLS)}
    new = {row[:5]: row[5:] for row in taken_in.query(CELLS)}
    assert old.keys() == new.keys()
    assert {key: (old[key], new[key]) for key in old if old[key] != new[key]} == {}


def test_no_invented_person_reaches_any_byte_of_what_is_made(
    delivered: Path, taken_in: Workplace
) -> None:
    """Exports, manifest, quarantine, warehouse, build folder with its log, and the docs."""
    docs = run_cvg(
        "docs", "--out", str(delivered.parent / "docs"), CVG_WAREHOUSE=taken_in.warehouse
    )
    assert docs.returncode == 0, docs.stderr
    planted = {
        value.encode()
        for number in range(1, PEOPLE)
        for name, value in identity_of(number).items()
        if name != "prenom"
    } | {b"FICTIF-", b"exemple.invalid", b"Nulle-Part"}
    sent = b"".join(file.read_bytes() for file in delivered.rglob("*.csv"))
    assert b"FICTIF-" in sent
    place = delivered.parent
    for file in place.rglob("*"):
        if file.is_file() and not file.is_relative_to(delivered):
            content = file.read_bytes()
            assert not [value for value in planted if value in content], file.name
