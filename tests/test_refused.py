"""Refused means refused: what may replace a good warehouse, by `cvg build` and by plain dbt."""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from tests.support.project import Project

from conftest import Built, fingerprints, header_of, read_rows, wait_for, write_rows
from cvg_warehouse.contracts.dialogue import FORM, FORM_COLUMNS
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import PROJECT

DBT = Path(sys.executable).with_name("dbt")
STAGED = sorted(file.stem for file in (PROJECT / "models" / "staging").rglob("stg_*.sql"))
PEOPLE = (
    "select numerator from mart_indicators where indicator_id = 'headcount.supported' "
    "and geography_id = 'Total' and population = 'all' order by reporting_year"
)


class House:
    """A copy of the project, with a good warehouse, that dbt is started in from elsewhere."""

    def __init__(self, project: Project, elsewhere: Path) -> None:
        self.project = project
        self.elsewhere = elsewhere
        self.warehouse = project.warehouse
        self.refused = self.warehouse.parent / "cvg.build" / "refused" / "cvg.duckdb"

    def dbt(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        run = subprocess.run(
            [*self.command, *arguments],
            cwd=self.elsewhere,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert list(self.elsewhere.iterdir()) == []
        return run

    def build_by_cvg(self) -> str:
        """What a whole build by `cvg build` says, which is refused."""
        run = self.project.cvg("build")
        assert (run.returncode, run.stdout) == (2, ""), run.stderr
        return run.stderr

    def build_by_dbt(self) -> str:
        """What a whole build by plain dbt says, which is refused."""
        run = self.dbt("build", "--exclude-resource-type", "unit_test")
        assert run.returncode == 1, run.stdout
        return run.stdout + run.stderr

    @property
    def command(self) -> list[str]:
        # The copy's own package, which the profile's plugin is a part of.
        run = f"import sys; sys.path.insert(0, {str(self.project.home / 'src')!r}); "
        run += "from dbt.cli.main import cli; cli(prog_name='dbt')"
        return [sys.executable, "-c", run, "--no-use-colors"]

    @property
    def environment(self) -> dict[str, str]:
        home = str(self.project.home)
        places = {"DBT_PROJECT_DIR": home, "DBT_PROFILES_DIR": home}
        kept = {name: value for name, value in os.environ.items() if name != "CVG_WAREHOUSE"}
        return kept | places | {"CVG_EXPORTS": str(self.project.exports), "CVG_PUBLISH": "no"}

    def seed_of(self, model: str) -> Path:
        """The file that a staging model reads."""
        text = next((self.project.home / "models" / "staging").rglob(f"{model}.sql")).read_text()
        *_, seed = re.findall(r"(?:ref\(|exported\(|source\('declared', )'(\w+)'", text)
        folders = (self.project.exports, self.project.home / "seeds")
        return next(file for folder in folders for file in folder.rglob(f"{seed}.csv"))

    def query(self, sql: str, file: Path | None = None) -> list[tuple]:
        with duckdb.connect(file or self.warehouse, read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def house(built: Built, tmp_path_factory: pytest.TempPathFactory) -> House:
    exports = tmp_path_factory.mktemp("exports")
    for export in EXPORTS:
        shutil.copy(built.file(export), exports)
    write_rows(exports / f"{FORM}.csv", list(FORM_COLUMNS), [])
    project = Project.copy(tmp_path_factory.mktemp("project"), exports)
    project.warehouse.parent.mkdir()
    shutil.copy(built.warehouse, project.warehouse)
    return House(project, tmp_path_factory.mktemp("elsewhere"))


def repeat_last_line(file: Path) -> bytes:
    """Break the rule that every staging model has: its key occurs once. What the file was."""
    content = file.read_bytes()
    rows = read_rows(file)
    write_rows(file, header_of(file), [*rows, rows[-1]] if rows else [])
    return content


def test_there_are_staging_models_to_break() -> None:
    assert len(STAGED) > len(EXPORTS)


@pytest.fixture(scope="module")
def broken_alone(house: House) -> dict[str, dict]:
    """What became of a run of each staging model alone with a broken seed, by model."""
    before = house.warehouse.read_bytes()
    jobs = {model: {"seed": str(house.seed_of(model))} for model in STAGED}
    for model, job in jobs.items():
        seed = Path(job["seed"])
        # A list that is shipped empty gets a line of its own to repeat.
        rows = read_rows(seed) or [dict.fromkeys(header_of(seed), "PAR-01")]
        broken = house.elsewhere.parent / f"{model}.csv"
        write_rows(broken, header_of(seed), [*rows, rows[-1]])
        job["broken"] = str(broken)
    run = subprocess.run(
        [sys.executable, "-c", RUN_EACH, str(house.project.home / "src"), str(house.refused)],
        cwd=house.elsewhere,
        env=house.environment,
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert house.warehouse.read_bytes() == before
    return json.loads(run.stdout.splitlines()[-1])


# dbt's process, once for all: it takes longer to start than to run a model.
RUN_EACH = """
import json, shutil, sys
sys.path.insert(0, sys.argv[1])
import duckdb
from dbt.cli.main import dbtRunner

found, dbt = {}, dbtRunner()
for model, job in json.load(sys.stdin).items():
    whole = open(job["seed"], "rb").read()
    shutil.copy(job["broken"], job["seed"])
    seed = job["seed"].rpartition("/")[2].removesuffix(".csv")
    run = dbt.invoke(["build", "--log-level", "none", "--select", seed, model])
    open(job["seed"], "wb").write(whole)
    with duckdb.connect(sys.argv[2], read_only=True) as refused:
        tests = refused.execute("select unique_id from build_refusals").fetchall()
    found[model] = {"success": run.success, "refusals": [test for (test,) in tests]}
print(json.dumps(found))
"""


@pytest.mark.parametrize("model", STAGED)
def test_one_broken_staging_model_keeps_the_old_warehouse(
    broken_alone: dict[str, dict], model: str
) -> None:
    outcome = broken_alone[model]
    assert not outcome["success"]
    assert outcome["refusals"]
    assert all(model in test for test in outcome["refusals"])


@pytest.mark.parametrize("export", EXPORTS)
def test_one_unknown_code_refuses_the_whole_build(house: House, export: str) -> None:
    """In a test of several tables, which dbt lets stop none of what depends on one of them."""
    command = house.build_by_dbt if export == "salaries" else house.build_by_cvg
    before = house.warehouse.read_bytes()
    file = house.project.exports / f"{export}.csv"
    content, rows = file.read_bytes(), read_rows(file)
    column = {"suivi_post_sortie": "volet"}.get(export, "territoire")
    write_rows(file, header_of(file), [rows[0] | {column: "Nulle-Part"}, *rows[1:]])
    try:
        said = command()
    finally:
        file.write_bytes(content)
    assert house.warehouse.read_bytes() == before
    by_dbt = command == house.build_by_dbt
    assert (f"stg_exports__{export}" if by_dbt else f"{export}.csv: {column}: not in ") in said
    assert "cvg.duckdb stays as it was; what was built is in" in said
    assert "Nulle-Part" not in said


def test_what_was_refused_can_be_looked_at_until_the_next_build(house: House) -> None:
    salaries = house.project.exports / "salaries.csv"
    content = repeat_last_line(salaries)
    try:
        assert house.project.cvg("build").returncode == 2
        rows = house.query("select count(*) from stg_exports__salaries", house.refused)
        assert rows == [(len(read_rows(salaries)),)]
        assert house.refused.stat().st_mode & 0o777 == 0o600
    finally:
        salaries.write_bytes(content)
    assert house.dbt("run", "--select", "stg_exports__salaries").returncode == 0
    assert not house.refused.exists()


def test_retry_goes_on_from_what_was_refused(house: House) -> None:
    """And not from the good warehouse, whose tables are those of other exports."""
    before = house.query(PEOPLE)
    salaries = house.project.exports / "salaries.csv"
    content, rows = salaries.read_bytes(), read_rows(salaries)
    write_rows(salaries, header_of(salaries), [*rows[1:], rows[2]])
    try:
        assert house.dbt("build", "--select", "salaries+").returncode == 1
        assert house.dbt("retry").returncode == 1
    finally:
        salaries.write_bytes(content)
    repeated = "select count(*) from stg_exports__salaries"
    assert house.query(repeated, house.refused) == [(len(rows),)]
    assert house.query(PEOPLE) == before


def test_a_check_of_results_that_fails_leaves_the_new_warehouse(house: House) -> None:
    """A fault behind what is counted is told, and not published; all tables are there."""
    house.project.replace(
        "tests/report_items_are_fed.sql", "where entries = 0 or", "where 1 = 1 or"
    )
    run = house.project.cvg("build")
    house.project.replace(
        "tests/report_items_are_fed.sql", "where 1 = 1 or", "where entries = 0 or"
    )
    assert run.returncode == 1, run.stderr
    assert house.query("select count(*) from build_refusals") == [(0,)]
    assert house.query("from duckdb_tables() where table_name = 'build_record'") == []


def test_a_build_without_rows_is_well_and_replaces_nothing(house: House) -> None:
    before = house.warehouse.read_bytes()
    run = house.dbt("build", "--empty", "--exclude-resource-type", "unit_test")
    assert run.returncode == 0, run.stdout
    assert house.warehouse.read_bytes() == before


def test_two_builds_of_dbt_at_once(house: House) -> None:
    before = house.warehouse.read_bytes()
    with (house.warehouse.parent / "cvg.build" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = house.dbt("run", "--select", "stg_reference__themes")
    assert run.returncode == 2
    assert "another build is running; wait until it has ended" in run.stdout
    assert house.warehouse.read_bytes() == before


def test_a_killed_run_of_dbt_leaves_the_old_warehouse(house: House) -> None:
    before = house.warehouse.read_bytes()
    command = [*house.command, "build", "--exclude-resource-type", "unit_test"]
    new = house.warehouse.parent / "cvg.build" / "new" / "cvg.duckdb.wal"
    with subprocess.Popen(
        command, cwd=house.elsewhere, env=house.environment, stdout=subprocess.DEVNULL
    ) as run:
        wait_for(new)
        run.send_signal(signal.SIGKILL)
    assert house.warehouse.read_bytes() == before
    assert house.dbt("run", "--select", "stg_reference__themes").returncode == 0
    assert not new.exists()


def test_dbt_refuses_exports_that_are_not_those_of_their_ingest(house: House) -> None:
    before = house.warehouse.read_bytes()
    manifest = house.project.exports / "manifest.json"
    manifest.write_text(json.dumps({"exports": {"salaries": {"sha256": "another"}}}))
    try:
        run = house.dbt("build")
    finally:
        manifest.unlink()
    assert run.returncode == 2
    assert "manifest.json" in run.stdout
    assert "Traceback" not in run.stdout + run.stderr
    assert house.warehouse.read_bytes() == before


# From another folder than the project's


def test_dbt_finds_the_warehouse_from_another_folder(house: House) -> None:
    query = "select count(*) as n from {{ ref('mart_exits') }}"
    run = house.dbt("-q", "show", "--output", "json", "--inline", query)
    shown = json.loads(run.stdout)["show"]
    assert shown == [{"n": house.query("select count(*) from mart_exits")[0][0]}]


def test_dbt_makes_the_folder_of_a_new_warehouse(house: House, tmp_path: Path) -> None:
    warehouse = tmp_path / "new" / "folder" / "cvg.duckdb"
    run = house.dbt("seed", "--select", "themes", CVG_WAREHOUSE=str(warehouse))
    assert run.returncode == 0, run.stdout + run.stderr
    assert house.query("select count(*) > 0 from themes", warehouse) == [(True,)]


@pytest.mark.parametrize(
    "command",
    [("compile", "--select", "mart_exits"), ("docs", "generate"), ("ls", "--select", "mart_exits")],
    ids=lambda command: command[0],
)
def test_dbt_works_from_another_folder(house: House, command: tuple[str, ...]) -> None:
    house.refused.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(house.warehouse, house.refused)
    before = fingerprints(house.warehouse.parent / "cvg.build"), house.warehouse.stat().st_ino
    run = house.dbt(*command)
    assert run.returncode == 0, run.stdout + run.stderr
    after = fingerprints(house.warehouse.parent / "cvg.build"), house.warehouse.stat().st_ino
    assert after == before


def test_a_folder_with_accents_in_a_plain_locale(built: Built, tmp_path: Path) -> None:
    project = Project.copy(tmp_path / "Entrepôt CVG été 2", built.exports)
    project.warehouse.parent.mkdir()
    shutil.copy(built.warehouse, project.warehouse)
    house = House(project, tmp_path / "ailleurs")
    house.elsewhere.mkdir()
    plain = {"LC_ALL": "C", "LANG": "C"}
    run = house.dbt("run", "--select", "stg_reference__themes", **plain)
    assert run.returncode == 0, run.stdout + run.stderr
    listed = project.cvg("publish", "--list", **plain)
    assert (listed.returncode, len(listed.stderr.splitlines())) == (2, 1)
    assert "nothing is published yet" in listed.stderr
