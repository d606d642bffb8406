"""What the project changes in dbt itself: its settings, its messages, its unit tests."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from cvg_warehouse.paths import PROJECT

DBT = Path(sys.executable).with_name("dbt")
PROFILE = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
SETTINGS = PROFILE["cvg_warehouse"]["outputs"]["dev"]["plugins"][0]["config"]

UNIT_TESTS = """
unit_tests:
{tests}
"""
UNIT_TEST = """
  - name: {name}
    model: bands
    given:
      - input: ref('people')
        rows: [{{person: A, age: 24}}, {{person: "O'B", age: 25}}, {{person: C}}]
    expect: {{rows: {rows}}}
"""
RIGHT = '[{person: A, young: true}, {person: "O\'B", young: false}, {person: C, young: null}]'
# name of the unit test -> the rows that it expects, how it must end
EXPECTED = {
    "right": (RIGHT, "pass"),
    "order_does_not_matter": (
        '[{person: C, young: null}, {person: A, young: true}, {person: "O\'B", young: false}]',
        "pass",
    ),
    "another_value": (RIGHT.replace("false", "true"), "fail"),
    "null_for_a_value": (RIGHT.replace("false", "null"), "fail"),
    "a_value_for_null": (RIGHT.replace("null", "false"), "fail"),
    "a_row_too_few": ("[{person: A, young: true}, {person: C, young: null}]", "fail"),
    "no_rows": ("[]", "fail"),
    "unknown_column": ("[{person: A, yung: true}]", "error"),
}


def dbt(*arguments: str, home: Path, **variables: object) -> subprocess.CompletedProcess[str]:
    """Run dbt as an analyst would, with everything that it writes in `home`."""
    places = {"CVG_WAREHOUSE": home / "a.duckdb", "DBT_TARGET_PATH": home / "target"}
    return subprocess.run(
        [DBT, *arguments],
        env=os.environ | {name: str(value) for name, value in (places | variables).items()},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_settings_of_the_profile_hold(tmp_path: Path) -> None:
    held = ", ".join(f"cast(current_setting('{name}') as varchar) as {name}" for name in SETTINGS)
    run = dbt("-q", "show", "--output", "json", "--inline", f"select {held}", home=tmp_path)
    with duckdb.connect(config=SETTINGS) as connection:
        wanted = connection.execute(f"select {held}").fetchall()[0]
    assert json.loads(run.stdout)["show"] == [dict(zip(SETTINGS, wanted, strict=True))]


def test_debugging_still_tells_each_query(tmp_path: Path) -> None:
    inline = ("show", "--inline", "select 1 as one")
    assert "SQL status: OK" not in dbt(*inline, home=tmp_path).stdout
    assert "SQL status: OK" in dbt("--debug", *inline, home=tmp_path).stdout


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """How each unit test of a small project ends that takes its rows as this project does."""
    home = tmp_path_factory.mktemp("unit_tests")
    for folder in ("models", "macros"):
        (home / folder).mkdir()
    shutil.copy(PROJECT / "macros" / "unit_test_rows.sql", home / "macros")
    shutil.copy(PROJECT / "profiles.yml", home)
    project = {"name": "small", "profile": "cvg_warehouse", "models": {"+materialized": "table"}}
    (home / "dbt_project.yml").write_text(json.dumps(project))
    models = home / "models"
    (models / "people.sql").write_text("select 'A' as person, 30 as age")
    (models / "bands.sql").write_text("select person, age < 25 as young from {{ ref('people') }}")
    tests = (UNIT_TEST.format(name=name, rows=rows) for name, (rows, _) in EXPECTED.items())
    (models / "bands.yml").write_text(UNIT_TESTS.format(tests="".join(tests)))
    where = ("--project-dir", str(home), "--profiles-dir", str(home))
    dbt("run", *where, home=home)
    dbt("test", *where, home=home)
    results = json.loads((home / "target" / "run_results.json").read_text())["results"]
    return {result["unique_id"].rpartition(".")[2]: result["status"] for result in results}


@pytest.mark.parametrize("name", EXPECTED)
def test_unit_tests_fail_when_they_should(ends: dict[str, str], name: str) -> None:
    assert ends[name] == EXPECTED[name][1]
