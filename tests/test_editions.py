"""Editions: readers always see the old one or the new one, whole, whatever happens to a build."""

import dataclasses
import json
import os
import pickle
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner

from conftest import CVG, Built, fingerprints, header_of, read_rows, run_cvg, write_rows
from cvg_warehouse.building import build
from cvg_warehouse.building.steps import Step
from cvg_warehouse.cli import app
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import PROJECT, SHIPPED_EXPORTS
from cvg_warehouse.publication.disclosure import Exposure, Protected
from cvg_warehouse.publication.editions import AUDIENCES, current_edition, log, open_edition
from cvg_warehouse.publication.editions import publishing as press
from cvg_warehouse.publication.editions.contents import Record, fill, tables
from cvg_warehouse.publication.editions.log import read_log
from cvg_warehouse.publication.editions.origin import Origin
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer
from cvg_warehouse.publication.editions.verifying import faults_of
from cvg_warehouse.terminal import Refusal

DBT = Path(sys.executable).with_name("dbt")
RANDOM = random.Random(2024)
# Unit tests take time and say nothing of what is published; the first build runs them all the same.
BUILD = ("build", "--exclude-resource-type", "unit_test")
KEYS = ("indicator_id", "reporting_year", "geography_id", "population", "breakdown")
# Publishes over and over, with the protection of the public edition at hand: what is killed, then,
# is the writing. Each publication is of other exports than the one before.
PUBLISH_AGAIN_AND_AGAIN = """
import pickle, sys
from pathlib import Path
import duckdb
from cvg_warehouse.publication.editions import publishing
publishing.protect_warehouse = lambda *_: pickle.loads(Path(sys.argv[2]).read_bytes())
print("ready", flush=True)
while True:
    with duckdb.connect(sys.argv[1]) as warehouse:
        warehouse.execute("update stg_exports__salaries set source_file = uuid()")
    print(publishing.publish_file(Path(sys.argv[1]), lambda *_: None), flush=True)
"""


@dataclass(frozen=True)
class House:
    """Exports, the warehouse built from them, and its editions."""

    home: Path
    exports: Path
    scratch: Path
    """Of dbt: what it has parsed once for these exports."""

    @property
    def warehouse(self) -> Path:
        return self.home / "cvg.duckdb"

    @property
    def editions(self) -> Path:
        return self.home / "editions"

    @property
    def variables(self) -> dict[str, str]:
        return {
            "CVG_EXPORTS": str(self.exports),
            "CVG_WAREHOUSE": str(self.warehouse),
            "CVG_EDITIONS": str(self.editions),
            "CVG_PUBLISH": "yes",
            "DBT_TARGET_PATH": str(self.scratch / "target"),
            "DBT_LOG_PATH": str(self.scratch / "logs"),
        }

    def dbt(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [DBT, *arguments],
            cwd=PROJECT,
            env=os.environ | self.variables | variables,
            capture_output=True,
            text=True,
        )

    def cvg(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return run_cvg(*arguments, **(self.variables | variables))

    def start(self, *command: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=PROJECT,
            env=os.environ | self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def deliver_other_exports(self) -> None:
        """Other rows with the same figures, as if they had been delivered and built."""
        with duckdb.connect(self.warehouse) as connection:
            connection.execute("update stg_exports__salaries set source_file = uuid()")

    def current(self) -> str:
        """The current edition, which is found whole."""
        pointer = read_pointer(self.editions)
        assert pointer
        assert self.faults(pointer.edition) == []
        return pointer.edition

    def faults(self, edition: str) -> list[str]:
        checksums = read_pointer(self.editions).checksums[edition]
        assert checksums.keys() == set(AUDIENCES)
        return [
            fault
            for audience, checksum in checksums.items()
            for fault in faults_of(
                edition_file(self.editions, edition, audience), edition, audience, checksum
            )
        ]

    def assert_nothing_is_left(self) -> None:
        """The pointer, the lock, the log and the editions that they know, and no other file."""
        kept = read_pointer(self.editions).checksums
        assert {path.name for path in self.editions.iterdir()} == {
            *(".lock", "current.json", "log"),
            *(f"{edition}-{audience}.duckdb" for edition in kept for audience in AUDIENCES),
        }
        log = read_log(self.editions)
        assert {path.name for path in log.folder.iterdir()} == {
            "chain.jsonl",
            *(name for entry in log.entries for name in entry.files),
        }
        assert log.heads[-1] == read_pointer(self.editions).log


@pytest.fixture(scope="module")
def first_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """What plain `dbt build` makes of one year of the demo, all paths relative."""
    folder = tmp_path_factory.mktemp("first")
    house = House(folder / "house", folder / "exports", folder / "scratch")
    for path in (house.home, house.exports, house.scratch):
        path.mkdir()
    for export in EXPORTS:
        rows = read_rows(SHIPPED_EXPORTS / f"{export}.csv")
        of_2020 = [row for row in rows if row["annee"] == "2020"]
        write_rows(house.exports / f"{export}.csv", list(rows[0]), of_2020)
    relative = {
        name: os.path.relpath(path, PROJECT)
        for name, path in house.variables.items()
        if path.startswith("/")
    }
    run = house.dbt("build", "--no-use-colors", **relative)
    assert run.returncode == 0, run.stdout
    assert "leaked" not in run.stderr
    (house.scratch / "said").write_text(run.stdout + run.stderr, encoding="utf-8")
    return house


@pytest.fixture
def house(first_house: House, tmp_path: Path) -> House:
    """Another warehouse with its editions, to change, from the same exports."""
    shutil.copytree(first_house.home, tmp_path / "house")
    return dataclasses.replace(first_house, home=tmp_path / "house")


@pytest.fixture
def delivery(house: House, tmp_path: Path) -> House:
    """The same with exports to change."""
    shutil.copytree(house.exports, tmp_path / "exports")
    return dataclasses.replace(house, exports=tmp_path / "exports", scratch=tmp_path)


@pytest.fixture
def protected(house: House) -> Protected:
    """The protection that the current edition was published with."""
    file = edition_file(house.editions, house.current(), "public")
    with duckdb.connect(file, read_only=True) as connection:
        cells = connection.sql("select * from mart_indicators").pl()
    protected = Protected(cells, [], cells.clear())
    (house.home / "protected").write_bytes(pickle.dumps(protected))
    return protected


@pytest.fixture
def publisher(house: House, protected: Protected, monkeypatch: pytest.MonkeyPatch) -> House:
    """Publications of this process take no time for the protection."""
    for name, value in house.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(press, "protect_warehouse", lambda *_: protected)
    return house


def publish_other_exports(house: House) -> str:
    house.deliver_other_exports()
    return press.publish_file(house.warehouse, lambda *_: None).edition


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    return connection.execute(query).fetchall()


# What is published


def test_plain_dbt_build_publishes(first_house: House) -> None:
    edition = first_house.current()
    first_house.assert_nothing_is_left()
    assert f"Edition {edition} in " in (first_house.scratch / "said").read_text()
    for audience, mode in {"public": 0o444, "internal": 0o440}.items():
        file = edition_file(first_house.editions, edition, audience)
        assert file.stat().st_mode & 0o777 == mode


def test_internal_edition_holds_all_indicators_and_the_public_one_part_of_them(
    first_house: House,
) -> None:
    edition = first_house.current()
    cells = "indicator_id, reporting_year, geography_id, population, breakdown, value"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{first_house.warehouse}' as warehouse (read_only)")
        for audience in AUDIENCES:
            file = edition_file(first_house.editions, edition, audience)
            connection.execute(f"attach '{file}' as {audience}_edition (read_only)")
        everything = f"select {cells} from warehouse.mart_indicators"
        internal = f"select {cells} from internal_edition.mart_indicators"
        keys = cells.removesuffix(", value")
        public = f"select {keys} from public_edition.mart_indicators"
        assert rows(connection, f"({everything}) except ({internal})") == []
        assert rows(connection, f"({internal}) except ({everything})") == []
        assert rows(connection, f"({public}) except (select {keys} from ({everything}))") == []
        ((shown, masked),) = rows(
            connection,
            "select count(*) filter (status = 'shown'), count(*) filter (status = 'masked') "
            "from public_edition.mart_indicators",
        )
        assert shown
        assert masked
        assert rows(
            connection, "select is_synthetic, first_year, last_year from public_edition.edition"
        ) == [(True, 2020, 2020)]


def test_nothing_at_the_level_of_worksites_or_people_is_published(first_house: House) -> None:
    of_people = {
        row[column]
        for export, column in [("salaries", "id_salarie"), ("salaries", "id_parcours")]
        for row in read_rows(first_house.exports / f"{export}.csv")
    }
    worksites = {row["chantier"] for row in read_rows(first_house.exports / "salaries.csv")}
    for audience in AUDIENCES:
        file = edition_file(first_house.editions, first_house.current(), audience)
        with duckdb.connect(file, read_only=True) as connection:
            columns = rows(
                connection,
                "select table_name, column_name from duckdb_columns() "
                "where not internal and data_type = 'VARCHAR'",
            )
            held = {
                value
                for table, column in columns
                for (value,) in rows(connection, f"select distinct {column} from {table}")
            }
        assert columns
        assert held.isdisjoint(of_people | worksites)


def test_artifacts_of_a_build_hold_no_row(first_house: House) -> None:
    people = {row["id_salarie"] for row in read_rows(first_house.exports / "salaries.csv")}
    artifacts = [file for file in first_house.scratch.rglob("*") if file.is_file()]
    assert any(file.name == "run_results.json" for file in artifacts)
    for file in artifacts:
        text = file.read_text(encoding="utf-8", errors="replace")
        assert not [person for person in people if person in text], file


def test_the_internal_edition_reproduces_every_printed_figure(built: Built, editions: Path) -> None:
    file = edition_file(editions, read_pointer(editions).edition, "internal")
    reported = (
        "select figure_id, printed, computed, status from mart_report_reconciliation order by 1"
    )
    with duckdb.connect(file, read_only=True) as connection:
        published = rows(connection, reported)
    assert published == built.query(reported)
    assert {status for *_, status in published} == {
        "reproduced",
        "other_reading",
        "contradicted",
        "not_held",
    }


def test_figures_with_a_masked_cell_are_masked(built: Built, editions: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.warehouse}' as warehouse (read_only)")
        file = edition_file(editions, read_pointer(editions).edition, "public")
        connection.execute(f"attach '{file}' as public_edition (read_only)")
        masked_cell = """
            select figure_id from warehouse.report_terms
            anti join (from public_edition.mart_indicators where status != 'masked')
                using (indicator_id, reporting_year, geography_id, population, breakdown)
        """
        figures = "from public_edition.mart_report_reconciliation"
        computed = f"select figure_id from warehouse.report_terms except ({masked_cell})"
        shown = rows(
            connection,
            f"select figure_id {figures} where status not in ('masked', 'not_held') order by 1",
        )
        assert shown == rows(connection, f"select distinct figure_id from ({computed}) order by 1")
        assert shown
        named = (
            "select figure_id from warehouse.report_terms "
            "where indicator_id = 'partners.partner_actions'"
        )
        assert rows(connection, f"select count(*) {figures}") == rows(
            connection,
            "select count(*) from warehouse.mart_report_reconciliation "
            f"where figure_id not in ({named})",
        )


@pytest.mark.parametrize(
    ("asked", "known", "status"),
    [
        (8, None, "unknown"),
        (8, 0, "unknown"),
        # a masked count that would say so does not
        ("masked", None, "not_applicable"),
        (8, "masked", "not_applicable"),
        # a count that the edition leaves out does not either
        ("left out", None, "not_applicable"),
    ],
)
def test_the_public_edition_says_unknown_only_where_the_deciding_counts_are_shown(
    first_house: House, asked: int | str, known: int | str | None, status: str
) -> None:
    cell = ("a.rate", 2020, "Total", "all", "")
    deciding = {"b.asked": asked} | ({} if known is None else {"c.known": known})
    with duckdb.connect() as connection:
        connection.execute(f"attach '{first_house.warehouse}' as warehouse (read_only)")
        connection.execute("use warehouse; attach ':memory:' as edition")
        connection.execute(
            "create temp table unknown_cells as select * from warehouse.unknown_cells where false"
        )
        connection.execute(
            "insert into unknown_cells values (?, ?, ?, ?, ?, 'b.asked', 'numerator', '', ?, ?, ?)",
            [*cell, *((None,) * 3 if known is None else ("c.known", "denominator", ""))],
        )
        cells = [(*cell, None, 0, None, "not_applicable")]
        for name, count in deciding.items():
            shown = None if count == "masked" else count
            numerator, denominator = (shown, None) if name == "b.asked" else (None, shown)
            if count != "left out":
                row_status = "masked" if count == "masked" else "shown"
                cells.append((name, *cell[1:], numerator, denominator, shown, row_status))
        columns = [*KEYS, "numerator", "denominator", "value", "status"]
        frame = pl.DataFrame(cells, columns, orient="row").cast(
            dict.fromkeys(("numerator", "denominator", "value"), pl.Float64)
        )
        record = Record("x", duckdb_now(connection), Origin("", "", ""), None)
        fill(connection, "public", record, Protected(frame, [], frame.clear()))
        assert rows(
            connection, "select status from edition.mart_indicators where indicator_id = 'a.rate'"
        ) == [(status,)]


def test_the_tables_of_an_edition_are_the_published_models(first_house: House) -> None:
    """Each model of the folder, with the columns of its contract and the rows that it holds."""
    models = {file.stem for file in (PROJECT / "models" / "published").glob("edition__*.sql")}
    assert {f"edition__{name}" for name in tables()} == models
    file = edition_file(first_house.editions, first_house.current(), "internal")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{first_house.warehouse}' as warehouse (read_only)")
        connection.execute(f"attach '{file}' as edition (read_only)")
        for name in tables():
            held = rows(connection, f"describe edition.{name}")
            assert [column[:2] for column in held] == list(tables()[name].columns.items())
            if name != "edition":
                both = f"(from edition.{name} except all from warehouse.edition__{name})"
                assert rows(connection, both) == []
                count = f"(select count(*) from edition.{name})"
                assert rows(
                    connection, f"select {count} = count(*) from warehouse.edition__{name}"
                ) == [(True,)]


def duckdb_now(connection: duckdb.DuckDBPyConnection) -> object:
    return rows(connection, "select now()::timestamp")[0][0]


# What is not published


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "--select", "stg_reference__indicators"),
        (*BUILD, "--exclude-resource-type", "test"),
        ("seed",),
    ],
    ids=lambda arguments: " ".join(arguments[:4]),
)
def test_a_partial_build_publishes_nothing_and_spoils_the_warehouse_for_it(
    house: House, arguments: tuple[str, ...]
) -> None:
    before = fingerprints(house.editions)
    house.dbt(*arguments)
    assert fingerprints(house.editions) == before
    run = house.cvg("publish")
    assert (run.returncode, run.stdout) == (2, "")
    assert "does not come from a whole build" in run.stderr
    assert fingerprints(house.editions) == before


def test_a_build_publishes_nothing_when_told_so_and_may_be_published_later(house: House) -> None:
    before = fingerprints(house.editions)
    assert house.dbt(*BUILD, CVG_PUBLISH="no").returncode == 0
    assert fingerprints(house.editions) == before
    assert house.cvg("publish").returncode == 0
    house.current()


def test_a_failed_data_test_keeps_a_build_from_being_published(delivery: House) -> None:
    file = delivery.exports / "suivi_post_sortie.csv"
    write_rows(file, header_of(file), [*read_rows(file), read_rows(file)[0]])
    before = fingerprints(delivery.editions)
    assert delivery.dbt(*BUILD).returncode == 1
    assert fingerprints(delivery.editions) == before
    # The warehouse is the one of before, which is published already.
    run = delivery.cvg("publish")
    assert (run.returncode, fingerprints(delivery.editions)) == (0, before), run.stderr


@pytest.mark.parametrize("command", ["dbt", "cvg"])
def test_a_seed_cut_short_keeps_a_build_from_being_published(delivery: House, command: str) -> None:
    file = delivery.exports / "sorties.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.rindex(",") - 20], encoding="utf-8")
    before = fingerprints(delivery.editions)
    run = delivery.dbt(*BUILD) if command == "dbt" else delivery.cvg("build")
    assert run.returncode == 2
    assert fingerprints(delivery.editions) == before


def test_a_failed_check_is_told_as_the_reason(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [Step("test", "shares_are_shares", "fail", 3, "Got 3 results")]
    monkeypatch.setattr(build, "build_warehouse", lambda *_: steps)
    result = CliRunner().invoke(app, ["build"], env=house.variables)
    assert result.exit_code == 1
    assert "not published, because a check fails" in result.stdout


def test_a_cell_that_could_be_computed_is_named_and_nothing_published(
    publisher: House, protected: Protected, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = Exposure("exits.other", "retraite", 2020, "01-Paris", "all")
    exposed = dataclasses.replace(protected, exposed=[cell])
    monkeypatch.setattr(press, "protect_warehouse", lambda *_: exposed)
    before = fingerprints(publisher.editions)
    publisher.deliver_other_exports()
    result = CliRunner().invoke(app, ["publish"])
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"public edition: could be computed: {cell}",
        "nothing was published",
    ]
    assert "01-Paris" in result.stderr
    assert fingerprints(publisher.editions) == before


def test_a_warehouse_that_is_not_there_or_is_written_to(house: House) -> None:
    with duckdb.connect(house.warehouse):
        busy = house.cvg("publish")
    house.warehouse.unlink()
    missing = house.cvg("publish")
    assert (busy.returncode, missing.returncode) == (2, 2)
    assert "wait until a build" in busy.stderr
    assert "there is no warehouse" in missing.stderr


# Publications that meet each other, or their end


def test_nothing_is_done_where_nothing_has_changed(publisher: House) -> None:
    edition = publish_other_exports(publisher)
    before = fingerprints(publisher.editions)
    result = CliRunner().invoke(app, ["publish"])
    assert result.exit_code == 0
    assert f"Edition {edition} in " in result.stdout
    assert "nothing has changed" in result.stdout
    assert fingerprints(publisher.editions) == before


def test_only_an_edition_about_the_same_people_is_taken_into_account(
    publisher: House, protected: Protected, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[pl.DataFrame | None] = []
    monkeypatch.setattr(
        press, "protect_warehouse", lambda _, before, *__: seen.append(before) or protected
    )
    publish_other_exports(publisher)
    with duckdb.connect(publisher.warehouse) as connection:
        connection.execute("update dim_exports set is_synthetic = false")
    publish_other_exports(publisher)
    publish_other_exports(publisher)
    demo, none, real = seen
    assert none is None
    for rows_before in (demo, real):
        assert rows_before is not None
        assert rows_before.select(KEYS).equals(protected.mart_indicators.select(KEYS).sort(KEYS))


@pytest.mark.usefixtures("protected")
def test_a_publication_that_is_killed_leaves_the_old_edition_or_the_new_one(house: House) -> None:
    for _ in range(5):
        house.deliver_other_exports()
        old = house.current()
        with house.start(CVG, "publish") as publication:
            time.sleep(RANDOM.uniform(0.2, 8))
            publication.kill()
        assert house.current() == old or old in read_pointer(house.editions).checksums
    met_the_writing = 0
    for _ in range(13):
        command = [sys.executable, "-c", PUBLISH_AGAIN_AND_AGAIN]
        with house.start(*command, house.warehouse, house.home / "protected") as publications:
            assert publications.stdout.readline() == "ready\n"
            started = time.monotonic()
            assert publications.stdout.readline()
            time.sleep(RANDOM.uniform(0, time.monotonic() - started))
            publications.kill()
        house.current()
        met_the_writing += any(house.editions.glob(".*.unfinished*"))
    assert met_the_writing
    assert house.cvg("publish").returncode == 0
    house.current()
    house.assert_nothing_is_left()


def test_builds_that_are_killed_or_meet_leave_the_old_edition_or_the_new_one(
    delivery: House,
) -> None:
    old = delivery.current()
    file = delivery.exports / "salaries.csv"
    write_rows(file, header_of(file), [row | {"ligne_source": "1"} for row in read_rows(file)])
    for command in ([DBT, *BUILD], [CVG, "build"]):
        with delivery.start(*command) as killed:
            time.sleep(RANDOM.uniform(3, 20))
            killed.kill()
        assert delivery.current() == old
    with delivery.start(CVG, "build") as one, delivery.start(CVG, "build") as other:
        said = [process.communicate() for process in (one, other)]
    assert sorted((one.returncode, other.returncode)) == [0, 2], said
    assert any("another build is running" in errors for _, errors in said)
    assert delivery.current() != old
    ((summary, _),) = [outputs for outputs in said if outputs[0]]
    assert delivery.current() in summary
    assert "more left out to protect others; internal:" in " ".join(summary.split())
    delivery.assert_nothing_is_left()
    assert not (delivery.home / "cvg.build" / "new").exists()
    assert not delivery.warehouse.with_name("cvg.duckdb.wal").exists()


def test_of_two_publications_at_once_one_is_refused(house: House) -> None:
    house.deliver_other_exports()
    old = house.current()
    with house.start(CVG, "publish") as one, house.start(CVG, "publish") as other:
        errors = one.communicate()[1] + other.communicate()[1]
    assert sorted((one.returncode, other.returncode)) == [0, 2], errors
    assert errors.count("\n") == 1
    assert "another publication is under way; wait" in errors
    assert house.current() != old
    house.assert_nothing_is_left()


@pytest.fixture(params=[1, 4], ids=["public", "internal"])
def small_disk(house: House, request: pytest.FixtureRequest) -> Iterator[dict[str, object]]:
    """A folder of editions with so many megabytes left; where none can be mounted, small files."""
    kept = sum(file.stat().st_size for file in house.editions.iterdir())
    size = kept + request.param * 2**20
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", house.editions]
    away = house.home / "away"
    shutil.copytree(house.editions, away)
    if subprocess.run(mount, capture_output=True).returncode:
        limits = (2**20, 2**20)
        yield {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits)}
        return
    try:
        shutil.copytree(away, house.editions, dirs_exist_ok=True)
        yield {}
    finally:
        subprocess.run(["umount", house.editions], check=True)


def test_a_full_disk_is_told_in_one_line_and_the_old_edition_stays(
    house: House, small_disk: dict[str, object]
) -> None:
    before = fingerprints(house.editions)
    house.deliver_other_exports()
    run = subprocess.run(
        [CVG, "publish"],
        cwd=PROJECT,
        env=os.environ | house.variables,
        capture_output=True,
        text=True,
        **small_disk,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1
    assert "cannot be written; is the disk full?" in run.stderr
    assert fingerprints(house.editions) == before
    house.current()
    house.assert_nothing_is_left()


def test_a_folder_that_cannot_be_written(house: House) -> None:
    run = house.cvg("publish", CVG_EDITIONS=str(house.warehouse / "editions"))
    assert run.returncode == 2
    assert "name another folder in CVG_EDITIONS" in run.stderr


# Readers


def test_a_reader_goes_on_with_its_edition(
    publisher: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CVG_EDITIONS_KEPT", "1")
    reader, old = open_edition("public")
    with reader:
        before = rows(reader, "select * from mart_indicators order by all")
        first = publish_other_exports(publisher)
        second = publish_other_exports(publisher)
        assert not edition_file(publisher.editions, old, "public").exists()
        assert rows(reader, "select * from mart_indicators order by all") == before
        newer, edition = open_edition("public")
        with newer:
            assert (edition, current_edition()) == (second, second)
            assert rows(newer, "select previous_edition_id from edition") == [(first,)]


@pytest.mark.parametrize(
    "statement",
    [
        "attach '{warehouse}' as warehouse",
        "select * from read_csv('{exports}/salaries.csv')",
        "select * from '{exports}/salaries.csv'",
        "select * from glob('{exports}/*')",
        "copy indicators to '{exports}/indicators.csv'",
        "install httpfs",
        "set memory_limit = '1GB'",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "create table more as select 1 as one",
        "update mart_indicators set value = 1",
        "drop table mart_indicators",
        "select * from secret",
    ],
)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_readers_are_locked_in(publisher: House, statement: str, audience: str) -> None:
    secret = duckdb.sql("select 1")
    connection, _ = open_edition(audience)
    with connection, pytest.raises(duckdb.Error):
        connection.execute(
            statement.format(warehouse=publisher.warehouse, exports=publisher.exports)
        ).fetchall()
    assert secret
    publisher.current()


def test_readers_are_told_where_nothing_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CVG_EDITIONS", str(tmp_path))
    with pytest.raises(Refusal, match="nothing is published yet"):
        open_edition("public")
    for damage in ("", "[]", '{"edition": "../../cvg"}', '{"edition": null, "checksums": {}}'):
        (tmp_path / "current.json").write_text(damage)
        with pytest.raises(Refusal, match="names no edition"):
            open_edition("public")


# Keeping, going back, verifying


def test_the_last_editions_are_kept(publisher: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVG_EDITIONS_KEPT", "3")
    editions = [publisher.current(), *(publish_other_exports(publisher) for _ in range(4))]
    assert list(read_pointer(publisher.editions).checksums) == editions[-3:]
    publisher.assert_nothing_is_left()
    listed = CliRunner().invoke(app, ["publish", "--list"]).stdout.splitlines()
    listed, logged = listed[:3], [line for line in listed[3:] if "left out" not in line]
    assert len(logged) == 6
    assert [edition in line for edition, line in zip(editions, logged[1:], strict=True)] == [
        True
    ] * 5
    assert [edition in line for edition, line in zip(editions[-3:], listed, strict=True)] == [
        True
    ] * 3
    assert [line.startswith("current") for line in listed] == [False, False, True]
    assert all("2020 to 2020  demo  public: " in line for line in listed)


def test_an_edition_that_was_gone_back_to_stays(
    publisher: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = publisher.current()
    publish_other_exports(publisher)
    assert CliRunner().invoke(app, ["publish", "--use", old]).exit_code == 0
    assert (publisher.current(), len(read_pointer(publisher.editions).checksums)) == (old, 2)
    monkeypatch.setenv("CVG_EDITIONS_KEPT", "1")
    new = publish_other_exports(publisher)
    assert list(read_pointer(publisher.editions).checksums) == [old, new]


@pytest.mark.parametrize("number", ["0", "many"])
def test_a_number_of_editions_that_is_none(house: House, number: str) -> None:
    run = house.cvg("publish", CVG_EDITIONS_KEPT=number)
    assert run.returncode == 2
    assert "CVG_EDITIONS_KEPT: not a whole number" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--use", "20200101T000000Z-00000000"], "no such edition is kept"),
        (["--verify", "../cvg"], "no such edition is kept"),
        (["--use"], "say one of"),
        (["20200101T000000Z-00000000"], "say one of"),
        (["--list", "--verify"], "say one of"),
    ],
)
def test_orders_that_cannot_be_followed(house: House, arguments: list[str], problem: str) -> None:
    before = fingerprints(house.editions)
    run = house.cvg("publish", *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert problem in run.stderr
    assert fingerprints(house.editions) == before


def test_a_whole_edition_is_verified(house: House) -> None:
    run = house.cvg("publish", "--verify")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.count(": whole, ") == 3
    assert f"{house.editions}/log: whole, 2 entries" in run.stdout


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("create or replace table indicators as from indicators", "its checksum differs"),
        (
            "update mart_indicators set numerator = 7 where numerator > 10",
            "counts of people under 10",
        ),
        (
            "update mart_indicators set denominator = numerator + 3 where denominator > 10",
            "counts of people that are not multiples of 5",
        ),
        ("insert into mart_indicators from mart_indicators limit 1", "stand more than once"),
        ("create table mart_worksite_feedback (value int)", "mart_worksite_feedback is not of an"),
        ("create view rows as from mart_indicators", "the view is not of an edition"),
        ("alter table indicators add column person_key int", "indicators has other columns"),
        ("drop table contradictions", "the table contradictions is missing"),
        ("update mart_indicators set status = 'masked'", "status and value contradict each other"),
        ("update edition set audience = 'internal'", "its record is of another edition"),
        ("update edition set recoverable_cells = 1", "a cell that could be computed"),
        ("delete from indicators", "cells of an unknown indicator or place"),
        (
            "update mart_report_reconciliation set status = 'masked', printed = 3",
            "masked figures with a value",
        ),
    ],
    ids=lambda text: text[:40],
)
def test_a_changed_file_is_found(publisher: House, damage: str, fault: str) -> None:
    edition = publisher.current()
    file = edition_file(publisher.editions, edition, "public")
    file.chmod(0o644)
    with duckdb.connect(file) as connection:
        connection.execute(damage)
    faults = publisher.faults(edition)
    assert any(fault in line for line in faults), faults
    assert all(line.startswith(str(file)) for line in faults)


@pytest.mark.parametrize("damage", ["truncated", "one byte", "foreign", "gone"])
def test_a_damaged_edition_is_found_and_not_gone_back_to(publisher: House, damage: str) -> None:
    edition = publisher.current()
    publish_other_exports(publisher)
    file = edition_file(publisher.editions, edition, "internal")
    content = bytearray(file.read_bytes())
    file.unlink()
    if damage == "truncated":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "one byte":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif damage == "foreign":
        file.write_text("not a DuckDB file", encoding="utf-8")
    verified = CliRunner().invoke(app, ["publish", "--verify", edition])
    assert verified.exit_code == 1
    assert str(file) in verified.stderr
    assert "a fault of the program" not in verified.stderr
    before = fingerprints(publisher.editions)
    assert CliRunner().invoke(app, ["publish", "--use", edition]).exit_code == 2
    assert fingerprints(publisher.editions) == before
    assert CliRunner().invoke(app, ["publish", "--list"]).exit_code == 0


def test_a_pointer_that_is_damaged_costs_no_edition(publisher: House) -> None:
    (publisher.editions / "current.json").write_text(json.dumps({"edition": "none"}))
    before = fingerprints(publisher.editions)
    result = CliRunner().invoke(app, ["publish"])
    assert result.exit_code == 2
    assert "put it back from a copy" in result.stderr
    assert fingerprints(publisher.editions) == before


# The log of what was published


@pytest.fixture
def told(
    publisher: House, protected: Protected, monkeypatch: pytest.MonkeyPatch
) -> list[pl.DataFrame]:
    """What each publication is told of those before; each masks another cell."""
    before: list[pl.DataFrame] = []
    cells = protected.mart_indicators
    shown = cells.with_row_index().filter(pl.col("status") == "shown")["index"].to_list()

    def protect(_: object, printed: pl.DataFrame, *__: object) -> Protected:
        before.append(printed)
        is_hidden = pl.int_range(pl.len()) == shown[len(before)]
        hidden = {name: pl.when(~is_hidden).then(name) for name in ("numerator", "value")}
        status = pl.when(is_hidden).then(pl.lit("masked")).otherwise("status")
        return Protected(cells.with_columns(**hidden, status=status), [], cells.clear())

    monkeypatch.setattr(press, "protect_warehouse", protect)
    return before


def showings(log: pl.DataFrame) -> int:
    """Cells that were shown in more ways than one."""
    return log.group_by(KEYS).len().filter(pl.col("len") > 1).height


def test_what_was_ever_printed_or_masked_is_known_without_the_old_files(
    publisher: House, told: list[pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CVG_EDITIONS_KEPT", "1")
    first = publisher.current()
    for _ in range(4):
        publish_other_exports(publisher)
    assert not edition_file(publisher.editions, first, "public").exists()
    assert [showings(log) for log in told] == [0, 1, 2, 3]
    columns = {*KEYS, "numerator", "denominator", "value", "status", "rounding"}
    assert {*told[-1].columns} == columns
    assert told[-1].is_unique().all()


def test_what_was_printed_counts_after_going_back(
    publisher: House, told: list[pl.DataFrame]
) -> None:
    old = publisher.current()
    publish_other_exports(publisher)
    assert CliRunner().invoke(app, ["publish", "--use", old]).exit_code == 0
    publish_other_exports(publisher)
    assert showings(told[-1]) == 1
    events = [entry.event for entry in read_log(publisher.editions).entries]
    assert events == ["begun", "published", "published", "used", "published"]


def test_only_its_owner_reads_the_log(publisher: House) -> None:
    folder = publisher.editions / "log"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def change_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.chmod(0o600)
    file.write_bytes(content)


def cut_the_chain(folder: Path) -> None:
    chain = folder / "log" / "chain.jsonl"
    chain.write_bytes(b"".join(chain.read_bytes().splitlines(keepends=True)[:-1]))


def reword_the_chain(folder: Path) -> None:
    chain = folder / "log" / "chain.jsonl"
    chain.write_text(chain.read_text().replace('"reason": null', '"reason": "none"', 1))


def forget_that_there_was_a_log(folder: Path) -> None:
    pointer = json.loads((folder / "current.json").read_text())
    del pointer["log"]
    (folder / "current.json").write_text(json.dumps(pointer))
    shutil.rmtree(folder / "log")


def roll_the_pointer_back(folder: Path) -> None:
    pointer = read_pointer(folder)
    old = next(iter(pointer.checksums))
    dataclasses.replace(pointer.to(old), log=read_log(folder).heads[1]).write(
        folder / "current.json"
    )


@pytest.mark.parametrize(
    ("damage", "problem", "mend"),
    [
        (lambda folder: shutil.rmtree(folder / "log"), "is missing", "--new-log"),
        (cut_the_chain, "lacks what was published last", "--new-log"),
        (reword_the_chain, "line 2: is not as it was written", "--new-log"),
        (lambda folder: (folder / "log" / "salt").unlink(), "not as the log notes", "--new-log"),
        (
            lambda folder: change_a_byte(next((folder / "log").glob("*-cells.parquet"))),
            "not as the log notes",
            "--new-log",
        ),
        (
            lambda folder: next((folder / "log").glob("*-people.parquet")).unlink(),
            "not as the log notes",
            "--new-log",
        ),
        (forget_that_there_was_a_log, "from before there was a log", "--new-log"),
        (lambda folder: (folder / "current.json").unlink(), "is missing", "--use"),
        (roll_the_pointer_back, "is not the one of the log", "--use"),
        (
            lambda folder: change_a_byte(
                edition_file(folder, read_pointer(folder).edition, "public")
            ),
            "is not as it was published",
            "--use",
        ),
        (
            lambda folder: [file.unlink() for file in folder.glob("*.duckdb")],
            "is not as it was published",
            "--new-log",
        ),
    ],
    ids=[
        *("log gone", "log cut", "log reworded", "salt gone", "cells changed", "people gone"),
        *("no log yet", "pointer gone", "pointer old", "edition changed", "editions gone"),
    ],
)
def test_a_history_that_is_not_whole_refuses_publication_and_can_be_mended(
    publisher: House,
    told: list[pl.DataFrame],
    damage: Callable[[Path], object],
    problem: str,
    mend: str,
) -> None:
    old = publisher.current()
    publish_other_exports(publisher)
    damage(publisher.editions)
    publisher.deliver_other_exports()
    before = fingerprints(publisher.editions)
    refused = CliRunner().invoke(app, ["publish"])
    assert refused.exit_code == 2
    assert problem in refused.stderr
    assert mend in refused.stderr
    assert len({line.partition(": ")[2] for line in refused.stderr.splitlines()}) == 1
    assert fingerprints(publisher.editions) == before
    argument = old if mend == "--use" else "The disk failed"
    mended = CliRunner().invoke(app, ["publish", mend, argument])
    assert mended.exit_code == 0, mended.stderr
    assert CliRunner().invoke(app, ["publish"]).exit_code == 0
    # All that could still be read is known.
    assert told[-1] is not None
    assert showings(told[-1]) == 1
    if mend == "--new-log":
        assert read_log(publisher.editions).entries[0].reason == "The disk failed"
    publisher.current()
    publisher.assert_nothing_is_left()


def test_a_publication_killed_between_log_and_pointer_is_finished_by_the_next(
    publisher: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = publisher.current()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(log, "move_in", killed)
        publish_other_exports(publisher)
    assert publisher.current() == old
    result = CliRunner().invoke(app, ["publish"])
    assert "nothing has changed" in result.stdout
    assert publisher.current() == read_log(publisher.editions).current != old
    publisher.assert_nothing_is_left()
