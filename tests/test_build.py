"""`cvg build` on the exports as they are, on others, and on broken ones."""

import fcntl
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import (
    CVG,
    Built,
    Row,
    Workplace,
    fingerprints,
    header_of,
    read_rows,
    wait_for,
    write_rows,
)
from cvg_warehouse.building import build
from cvg_warehouse.building.dbt_run import without_values
from cvg_warehouse.building.steps import Step
from cvg_warehouse.cli import app
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import PROJECT

SECRET = "Zzyzx-4711"
CELLS = """
    select indicator_id, reporting_year, geography_id, population, breakdown,
        numerator, denominator, round(value, 9)
    from mart_indicators order by all
"""
EXITED = """
    select reporting_year, numerator from mart_indicators
    where indicator_id = (select min(indicator_id) from mart_indicators where numerator > 0)
        and geography_id = 'Total' and population = 'all' and breakdown = ''
    order by all
"""
TERRITORIES = """
    select distinct geography_id from mart_indicators
    where numerator > 0 and geography_id in (select territory_id from dim_territories)
"""


def refuses(workplace: Workplace, *expected: str) -> str:
    """The build stops with status 2, one line per problem, and the warehouse stays as it was."""
    exports, warehouse = fingerprints(workplace.exports), workplace.warehouse.read_bytes()
    run = workplace.build()
    assert (run.returncode, run.stdout) == (2, ""), run.stderr
    problems = [line for line in run.stderr.splitlines() if not line.startswith("warning: ")]
    assert len(problems) == len(expected), run.stderr
    for problem, parts in zip(problems, expected, strict=True):
        assert all(part in problem for part in parts.split(" … ")), problem
    assert SECRET not in run.stderr
    assert fingerprints(workplace.exports) == exports
    assert workplace.warehouse.read_bytes() == warehouse
    return run.stderr


def builds(workplace: Workplace) -> subprocess.CompletedProcess[str]:
    """The build makes a whole warehouse, whatever its checks say, and touches no export."""
    exports = fingerprints(workplace.exports)
    leave_unfinished_build(workplace.warehouse)
    run = workplace.build()
    assert run.returncode in (0, 1), run.stderr
    assert fingerprints(workplace.exports) == exports
    assert_nothing_is_left_beside(workplace.warehouse)
    return run


def leave_unfinished_build(warehouse: Path) -> None:
    """Leave what a killed build leaves, and another program that wrote to the warehouse."""
    unfinished = warehouse.parent / "cvg.build" / "new"
    unfinished.mkdir(parents=True, exist_ok=True)
    (unfinished / "cvg.duckdb").write_bytes(b"half a warehouse")
    warehouse.with_name("cvg.duckdb.wal").write_bytes(b"half a transaction")


def assert_nothing_is_left_beside(warehouse: Path) -> None:
    assert {path.name for path in warehouse.parent.iterdir()} == {"cvg.duckdb", "cvg.build"}
    assert not (warehouse.parent / "cvg.build" / "new").exists()


# The exports as they are


def test_build_ends_well(built: Built) -> None:
    assert built.run.returncode == 0, built.run.stderr
    assert "Traceback" not in built.run.stderr


def test_summary_says_what_a_person_wants_to_know(built: Built) -> None:
    said = built.run.stdout
    for export in EXPORTS:
        assert f"{export} {len(read_rows(built.file(export))):,}" in " ".join(said.split())
    for word in (
        "Models",
        "Data tests",
        "Printed tables",
        "Printed prose",
        "Warehouse",
        "Next",
    ):
        assert word in said
    assert str(built.warehouse) in said
    ((years,),) = built.query("select list(distinct reporting_year) from stg_exports__salaries")
    assert all(str(year) in said for year in years)


def test_exports_are_only_read(built: Built) -> None:
    assert fingerprints(built.exports) == built.exports_before


def test_nothing_is_left_beside_the_warehouse(built: Built) -> None:
    assert_nothing_is_left_beside(built.warehouse)


def test_log_names_every_step_and_no_person(built: Built) -> None:
    people = {row["id_salarie"] for row in read_rows(built.file("salaries"))}
    said = built.log + built.run.stdout + built.run.stderr
    assert "model mart_indicators: success" in built.log
    assert people.isdisjoint(said.replace(":", " ").split())


# Other data than the demo


def test_columns_in_another_order(other: Workplace, built: Built) -> None:
    columns = len(header_of(other.file("salaries")))
    for export in EXPORTS:
        rows = [row | {"commentaire": SECRET} for row in read_rows(other.file(export))]
        header = [*reversed(header_of(other.file(export))), "commentaire"]
        write_rows(other.file(export), header, rows)
    (other.exports / "brouillon.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    run = builds(other)
    assert f"salaries.csv: column {columns + 1} of the header is in no contract" in run.stderr
    assert SECRET not in run.stderr + run.stdout + other.log
    assert other.query(CELLS) == built.query(CELLS)


def test_empty_ateliers_and_a_missing_optional_column(other: Workplace, built: Built) -> None:
    other.rewrite("ateliers", lambda row: None)
    salaries = other.file("salaries")
    header = [name for name in header_of(salaries) if name != "niveau_formation"]
    write_rows(salaries, header, read_rows(salaries))
    run = builds(other)
    assert "without the optional column niveau_formation; read as unknown" in run.stderr
    assert "ateliers 0" in " ".join(run.stdout.split())
    assert other.query("select count(*) from stg_exports__ateliers") == [(0,)]
    assert other.query("select count(education_level) from stg_exports__salaries") == [(0,)]
    assert other.query(EXITED) == built.query(EXITED)


def test_one_territory_only(other: Workplace) -> None:
    def only_rouen(row: Row) -> Row | None:
        return row if row["territoire"] == "08-Rouen" else None

    for export in ("salaries", "sorties", "actions", "ateliers"):
        other.rewrite(export, only_rouen)
    pathways = {row["id_parcours"] for row in read_rows(other.file("sorties"))}
    other.rewrite("suivi_post_sortie", lambda row: row if row["id_parcours"] in pathways else None)
    run = builds(other)
    assert "1 territories" in run.stdout
    assert other.query(TERRITORIES) == [("08-Rouen",)]
    ((territories,),) = other.query("select count(*) from dim_territories")
    assert other.query("select count(distinct geography_id) > 1 from mart_exits") == [(True,)]
    assert territories == 13


def test_another_year(other: Workplace, built: Built) -> None:
    def a_year_later(row: Row) -> Row:
        dates = {
            name: f"{int(value[:4]) + 1}{value[4:]}".replace("-02-29", "-02-28")
            for name, value in row.items()
            if value and (name in ("annee", "annee_naissance") or name.startswith("date_"))
        }
        return row | dates

    for export in EXPORTS:
        other.rewrite(export, a_year_later)
    builds(other)
    shifted = [(year - 1, people) for year, people in other.query(EXITED)]
    assert [pair for pair in shifted if pair[1]] == [
        pair for pair in built.query(EXITED) if pair[1]
    ]


def test_failing_check_is_told_of_a_whole_warehouse(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [
        Step("model", "mart_exits", "success", 0, "OK"),
        Step("test", "shares_are_shares", "fail", 3, "Got 3 results"),
        Step("test", "readable of stg_exports__sorties", "warn", 1, "Got 1 result"),
    ]
    monkeypatch.setattr(build, "build_warehouse", lambda *_: steps)
    monkeypatch.setenv("CVG_EXPORTS", str(built.exports))
    monkeypatch.setenv("CVG_WAREHOUSE", str(built.warehouse))
    result = CliRunner().invoke(app, ["build"])
    assert result.exit_code == 1
    assert "0 passed, 1 warned, 1 failed" in result.stdout
    assert result.stderr.splitlines() == [
        "warning: test readable of stg_exports__sorties: warn on 1 rows",
        "test shares_are_shares: fail on 3 rows",
    ]


# Exports that cannot be loaded


def test_missing_file(with_warehouse: Workplace) -> None:
    with_warehouse.file("sorties").unlink()
    refuses(with_warehouse, "sorties.csv: the file is missing; deliver it")


def test_missing_folder(with_warehouse: Workplace) -> None:
    nowhere = Workplace(with_warehouse.exports / "nowhere", with_warehouse.warehouse)
    refuses(nowhere, "nowhere: no such folder … CVG_EXPORTS")


def test_every_problem_is_named_at_once(with_warehouse: Workplace) -> None:
    actions, ateliers = with_warehouse.file("actions"), with_warehouse.file("ateliers")
    header = [name for name in header_of(actions) if name not in ("id_action", "domaine")]
    write_rows(actions, header, read_rows(actions))
    ateliers.write_text("", encoding="utf-8")
    refuses(
        with_warehouse,
        "actions.csv: the required column id_action is missing; add it",
        "actions.csv: the required column domaine is missing; add it",
        "ateliers.csv: the file is empty",
    )


def append(text: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content + text


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (
            lambda content: b"PK\x03\x04\x00\x00" + content,
            "not a text file; save the export as CSV",
        ),
        (
            lambda content: content.decode().replace("vol", "ét", 1).encode("latin-1") + b"\xe9",
            "line 1: not UTF-8 text; save the file as CSV UTF-8",
        ),
        (append(f"2024,{SECRET}é,emploi,oui,oui".encode("latin-1")), "not UTF-8 text; save"),
        (append(f"2024,{SECRET},emploi\n".encode()), "fewer fields than the header"),
        (append(f"2024,{SECRET},emploi,o,o,o,o,o,o,o\n".encode()), "more fields than the header"),
        (append(f'2024,"{SECRET},emploi,oui,oui\n'.encode()), 'a quote (") is not closed'),
        (lambda content: content.replace(b",", b";"), "columns are separated by semicolons"),
        (
            lambda content: content.replace(b"volet", b"annee", 1),
            "the column annee stands 2 times in the header … ",
        ),
    ],
    ids=["binary", "header", "encoding", "short", "long", "quote", "semicolons", "twice"],
)
def test_unreadable_file(
    with_warehouse: Workplace, damage: Callable[[bytes], bytes], expected: str
) -> None:
    file = with_warehouse.file("suivi_post_sortie")
    lines = len(read_rows(file)) + 1
    file.write_bytes(damage(file.read_bytes()))
    expectations = [f"suivi_post_sortie.csv: … {expected}"]
    if "2 times" in expected:
        expectations.append("suivi_post_sortie.csv: the required column volet is missing")
    said = refuses(with_warehouse, *expectations)
    if SECRET in file.read_text(encoding="utf-8", errors="replace"):
        assert f"line {lines + 1}:" in said


def test_header_that_is_a_row_is_not_shown(with_warehouse: Workplace) -> None:
    file = with_warehouse.file("suivi_post_sortie")
    file.write_text(f"2024,{SECRET},emploi,oui,oui,,,\n", encoding="utf-8")
    run = with_warehouse.build()
    assert run.returncode == 2
    assert SECRET not in run.stderr


# Values that dbt refuses


def test_broken_rules_are_named_without_a_value(with_warehouse: Workplace) -> None:
    file = with_warehouse.file("sorties")
    first, second, third, fourth, *others = read_rows(file)
    broken = [
        first,
        second | {"date_sortie": SECRET},
        third | {"motif_sortie": SECRET},
        fourth | {"id_parcours": SECRET},
    ]
    write_rows(file, header_of(file), [first, *broken, *others])
    before = with_warehouse.warehouse.read_bytes()
    run = with_warehouse.build()
    assert run.returncode == 2
    for told in (
        "sorties.csv: id_parcours: occurs more than once (1 row, at line 3)",
        "sorties.csv: date_sortie: not a date YYYY-MM-DD (1 row, at line 4)",
        "sorties.csv: motif_sortie: not in exit_reasons.csv (1 row, at line 5)",
        "sorties.csv: id_parcours: not in salaries.csv (1 row, at line 6)",
    ):
        assert f"{told}\n" in run.stderr
    assert SECRET not in run.stderr + run.stdout + with_warehouse.log
    assert with_warehouse.warehouse.read_bytes() == before


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (
            f"Runtime Error in model x (x.sql)\n  Conversion Error: Could not convert '{SECRET}'",
            "Conversion Error, caused by a value in the data",
        ),
        (
            'Runtime Error in model x (x.sql)\n  Binder Error: column "nope" not found\n  LINE 3',
            'Binder Error: column "nope" not found',
        ),
        ("Compilation Error in seed x (x.csv)\n  x.csv: line 3 cannot be read", "x.csv: line 3 "),
        ("", ""),
    ],
)
def test_messages_of_dbt_lose_their_values(message: str, line: str) -> None:
    assert without_values(message).startswith(line)
    assert SECRET not in without_values(message)


# Builds that meet each other, or their end


def test_second_build_is_refused(with_warehouse: Workplace) -> None:
    workshop = with_warehouse.warehouse.parent / "cvg.build"
    workshop.mkdir()
    with (workshop / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refuses(with_warehouse, "cvg.duckdb: another build is running; wait")


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_unfinished_build_leaves_the_old_warehouse(
    with_warehouse: Workplace, end: signal.Signals
) -> None:
    before = with_warehouse.warehouse.read_bytes()
    unfinished = with_warehouse.warehouse.parent / "cvg.build" / "new"
    with subprocess.Popen(
        [CVG, "build"],
        cwd=PROJECT,
        env=os.environ
        | {
            "CVG_EXPORTS": str(with_warehouse.exports),
            "CVG_WAREHOUSE": str(with_warehouse.warehouse),
        },
        stderr=subprocess.PIPE,
        text=True,
    ) as build:
        wait_for(unfinished / "cvg.duckdb")
        build.send_signal(end)
        _, said = build.communicate(timeout=60)
    assert with_warehouse.warehouse.read_bytes() == before
    assert "Traceback" not in said
    if end == signal.SIGINT:
        assert build.returncode == 130
        assert "interrupted; " in said
        assert not unfinished.exists()
    else:
        assert unfinished.exists()
        with_warehouse.file("sorties").unlink()
        refuses(with_warehouse, "sorties.csv: the file is missing")
