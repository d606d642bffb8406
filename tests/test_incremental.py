"""A build of what changed makes the tables of one of everything, whatever has been delivered."""

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from conftest import Row, Workplace, copy_exports, header_of, read_rows, write_rows
from cvg_warehouse.building.changes import NOTE
from cvg_warehouse.building.exports_format import ExportsFormat
from cvg_warehouse.building.slice import BEFORE, attach, begin_slice, take_slice
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import PROJECT

STEPS = 4
"""Deliveries and corrections in a row, each built upon what the one before left."""
OF_PATHWAYS = ("salaries", "sorties", "actions", "suivi_post_sortie")


@dataclass
class Exports:
    """The rows of the exports, to be changed as a worksite would change them."""

    chance: random.Random
    rows: dict[str, list[Row]]
    numbers: int = field(default=0)

    def new(self, kind: str) -> str:
        self.numbers += 1
        return f"{kind}-{self.numbers}"

    def some(self, rows: list[Row], share: float) -> list[Row]:
        return [row for row in rows if self.chance.random() < share]

    def of(self, export: str, worksite: str) -> list[Row]:
        return [row for row in self.rows[export] if row["chantier"] == worksite]


def answers_are_corrected(exports: Exports, worksite: str) -> None:
    for row in exports.some(exports.of("salaries", worksite), 0.3):
        row["rsa_entree"] = {"oui": "non", "non": ""}.get(row["rsa_entree"], "oui")
        row["sexe"] = exports.chance.choice(["F", "H", "autre"])
    for row in exports.some(exports.of("sorties", worksite), 0.3):
        row["motif_sortie"] = exports.chance.choice(["01", "22", "27", ""])


def people_leave_the_exports(exports: Exports, worksite: str) -> None:
    gone = {row["id_parcours"] for row in exports.some(exports.of("salaries", worksite), 0.1)}
    for export in OF_PATHWAYS:
        rows = exports.rows[export]
        exports.rows[export] = [row for row in rows if row["id_parcours"] not in gone]


def people_are_delivered_late(exports: Exports, worksite: str) -> None:
    for row in exports.some(exports.of("salaries", worksite), 0.1):
        new = {"id_salarie": exports.new("person"), "id_parcours": exports.new("pathway")}
        exports.rows["salaries"].append(row | new)


def somebody_comes_from_another_worksite(exports: Exports, worksite: str) -> None:
    """Their pathway there began before, or in the programme that leads to this one."""
    others = [row for row in exports.rows["salaries"] if row["chantier"] != worksite]
    for row in exports.some(exports.of("salaries", worksite), 0.1):
        row["id_salarie"] = exports.chance.choice(others)["id_salarie"]


def a_pathway_is_that_of_two_people(exports: Exports, worksite: str) -> None:
    row = exports.chance.choice(exports.of("salaries", worksite))
    row["id_salarie"] = exports.chance.choice(exports.rows["salaries"])["id_salarie"]


def actions_are_done_again(exports: Exports, worksite: str) -> None:
    rows = exports.rows["actions"]
    dropped = {row["id_action"] for row in exports.some(exports.of("actions", worksite), 0.2)}
    exports.rows["actions"] = [row for row in rows if row["id_action"] not in dropped]
    for row in exports.some(exports.of("actions", worksite), 0.1):
        partners = row["partenaires"].upper()
        exports.rows["actions"].append(
            row | {"id_action": exports.new("action"), "partenaires": partners}
        )


def actions_name_no_worksite(exports: Exports, worksite: str) -> None:
    for row in exports.some(exports.of("actions", worksite), 0.05):
        row["chantier"] = ""
    for row in exports.some([r for r in exports.rows["actions"] if not r["chantier"]], 0.001):
        row["motif_sollicitation"] = ""


def the_first_year_is_withdrawn(exports: Exports, worksite: str) -> None:
    first = min(row["annee"] for row in exports.of("salaries", worksite))
    later = {r["id_parcours"] for r in exports.of("salaries", worksite) if r["annee"] != first}
    gone = {r["id_parcours"] for r in exports.of("salaries", worksite)} - later
    for export in OF_PATHWAYS:
        exports.rows[export] = [r for r in exports.rows[export] if r["id_parcours"] not in gone]
    exports.rows["salaries"] = [
        r for r in exports.rows["salaries"] if (r["chantier"], r["annee"]) != (worksite, first)
    ]


def follow_ups_change(exports: Exports, worksite: str) -> None:
    ended = {row["id_parcours"] for row in exports.of("sorties", worksite)}
    followed = [r for r in exports.rows["suivi_post_sortie"] if r["id_parcours"] in ended]
    for row in followed:
        row["situation_stable"] = exports.chance.choice(["oui", "non", ""])


def sessions_change(exports: Exports, worksite: str) -> None:
    """Those of a territory, of which some are held elsewhere, and others are new."""
    territory = exports.of("salaries", worksite)[0]["territoire"]
    rows = exports.rows["ateliers"]
    own = [row for row in rows if row["territoire"] == territory]
    for row in exports.some(own, 0.3):
        row["participants"] = exports.chance.choice(["0", "7", "40"])
    for row in exports.some(own, 0.1):
        row["territoire"] = exports.chance.choice(rows)["territoire"]
    dropped = {row["id_atelier"] for row in exports.some(own, 0.1)}
    new = [row | {"id_atelier": exports.new("session")} for row in exports.some(own, 0.1)]
    exports.rows["ateliers"] = [row for row in rows if row["id_atelier"] not in dropped] + new


def keys_have_blanks(exports: Exports, worksite: str) -> None:
    for export in OF_PATHWAYS:
        for row in exports.rows[export]:
            if row.get("chantier") == worksite:
                row["id_parcours"] = f"{row['id_parcours']} " if row["id_parcours"] else ""


CHANGES: list[Callable[[Exports, str], None]] = [
    answers_are_corrected,
    people_leave_the_exports,
    people_are_delivered_late,
    somebody_comes_from_another_worksite,
    a_pathway_is_that_of_two_people,
    actions_are_done_again,
    actions_name_no_worksite,
    the_first_year_is_withdrawn,
    follow_ups_change,
    sessions_change,
    keys_have_blanks,
]


def change(place: Workplace, chance: random.Random, changes: list) -> None:
    """Change the rows of a worksite in some of these ways."""
    rows = {export: read_rows(place.file(export)) for export in EXPORTS}
    headers = {export: header_of(place.file(export)) for export in EXPORTS}
    exports = Exports(chance, rows, chance.randrange(10**9))
    worksite = chance.choice(sorted({row["chantier"] for row in rows["salaries"]}))
    for one in changes:
        one(exports, worksite)
    for export, changed in exports.rows.items():
        assert {name for row in changed for name in row} == set(headers[export]), "a change is lost"
        write_rows(place.file(export), headers[export], changed)


def differing(one: Path, other: Path) -> list[str]:
    """The tables that two warehouses do not have alike, row by row."""
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{one}' as one (read_only); attach '{other}' as two (read_only)"
        )
        names = {
            name: {
                table
                for (table,) in connection.execute(
                    f"select table_name from duckdb_tables() where database_name = '{name}'"
                ).fetchall()
            }
            for name in ("one", "two")
        }
        assert names["one"]
        query = 'select 1 from ((from {0}."{2}" except all from {1}."{2}")) limit 1'
        return sorted(
            {
                table
                for table in names["one"] & names["two"]
                for here, there in (("one", "two"), ("two", "one"))
                if connection.execute(query.format(here, there, table)).fetchall()
            }
            | (names["one"] ^ names["two"])
        )


def incremental(place: Workplace, **variables: object) -> str:
    """What a build of what changed says."""
    run = place.build("--incremental", **variables)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """The demo, built from nothing; only to be copied."""
    home = tmp_path_factory.mktemp("whole")
    place = Workplace(home / "exports", home / "cvg.duckdb")
    place.exports.mkdir()
    copy_exports(place.exports)
    assert place.build().returncode == 0
    return place


@pytest.fixture
def place(whole: Workplace, tmp_path: Path) -> Workplace:
    """A copy of it, to be changed and built again."""
    shutil.copytree(whole.exports, tmp_path / "exports")
    shutil.copy(whole.warehouse, tmp_path / "cvg.duckdb")
    return Workplace(tmp_path / "exports", tmp_path / "cvg.duckdb")


@pytest.mark.parametrize("seed", [1])
def test_deliveries_in_any_order_give_what_a_build_of_everything_gives(
    place: Workplace, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    ahead = chance.sample(CHANGES, len(CHANGES))
    for step in range(STEPS):
        change(place, chance, ahead[step::STEPS])
        assert "Everything is built" not in incremental(place)
    everything = Workplace(place.exports, tmp_path / "everything" / "cvg.duckdb")
    assert everything.build().returncode == 0
    assert differing(place.warehouse, everything.warehouse) == []


NO_WHOLE_BUILD = "the warehouse does not come from a cvg build without a failed test"
OTHER_CODE = "the code or a list of the project has changed since"
ONE_WORKSITE = f"chantier = (select min(chantier) from {NOTE})"


def obstacle(place: Workplace, tmp_path: Path, form: ExportsFormat = ExportsFormat.SEEDS) -> str:
    """Why what changed cannot be built alone; nothing where it can."""
    return begin_slice(tmp_path / "slice.duckdb", place.warehouse, place.exports, form)


def test_without_a_warehouse_everything_is_built(whole: Workplace, tmp_path: Path) -> None:
    nowhere = Workplace(whole.exports, tmp_path / "none.duckdb")
    assert obstacle(nowhere, tmp_path) == "there is no warehouse yet"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("drop table build_record", NO_WHOLE_BUILD),
        (f"drop table {NOTE}", NO_WHOLE_BUILD),
        ("update build_record set code_version = 'other'", OTHER_CODE),
        # in another year, other rows are of a year that has not begun
        (f"update {NOTE} set noted_in = noted_in - 1", "it touches 100% of the pathways"),
        (f"update {NOTE} set digest = digest + 1 where annee = '2023'", "it touches ..% of the.*"),
        (f"update {NOTE} set digest = digest + 1 where {ONE_WORKSITE}", ""),
        ("select 1", ""),
    ],
)
def test_why_everything_is_built(
    place: Workplace, tmp_path: Path, change: str, reason: str
) -> None:
    with duckdb.connect(place.warehouse) as connection:
        connection.execute(change)
    assert re.fullmatch(reason, obstacle(place, tmp_path))


def test_exports_of_another_format_are_built_as_a_whole(whole: Workplace, tmp_path: Path) -> None:
    assert obstacle(whole, tmp_path, ExportsFormat.PARQUET) == "the exports have another format"


def tables(file: Path) -> set[str]:
    with duckdb.connect(file, read_only=True) as connection:
        return {
            name
            for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()
        }


@pytest.mark.parametrize("is_sound", [True, False])
def test_a_build_with_a_failed_check_is_not_built_upon(
    whole: Workplace, place: Workplace, tmp_path: Path, is_sound: bool
) -> None:
    sliced = tmp_path / "slice.duckdb"
    assert obstacle(whole, tmp_path) == ""
    # as dbt leaves it: open, with the warehouse before beside it
    with duckdb.connect(sliced) as connection:
        attach(connection, whole.warehouse, BEFORE)
        connection.execute("create table sliced (model text, is_touched text)")
        assert take_slice(sliced, place.warehouse, is_sound)
    assert ("build_record" in tables(place.warehouse)) == is_sound
    assert tables(whole.warehouse) - tables(place.warehouse) <= {"build_record", "build_refusals"}


def test_after_a_run_of_dbt_nothing_is_noted(place: Workplace, tmp_path: Path) -> None:
    places = {"CVG_EXPORTS": place.exports, "CVG_WAREHOUSE": place.warehouse}
    places |= {"DBT_TARGET_PATH": tmp_path / "dbt", "DBT_LOG_PATH": tmp_path / "dbt"}
    assert {"build_record", NOTE} <= tables(place.warehouse)
    run = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "run", "--quiet", "--select", "dim_populations"],
        cwd=PROJECT,
        env=os.environ | {name: str(value) for name, value in places.items()},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout
    assert not {"build_record", NOTE} & tables(place.warehouse)
    assert obstacle(place, tmp_path) == NO_WHOLE_BUILD


def left_of(place: Workplace) -> set[str]:
    """The folders that a build leaves beside the warehouse."""
    workshop = place.warehouse.with_name("cvg.build")
    return {"new", "slice", "refused"} & {found.name for found in workshop.iterdir()}


def test_where_nothing_changed_the_tables_stay_as_they_are(
    whole: Workplace, place: Workplace
) -> None:
    assert "Everything is built" not in incremental(place)
    assert differing(place.warehouse, whole.warehouse) == []
    assert left_of(place) == set()


def test_other_periods_than_before_build_everything(whole: Workplace, place: Workplace) -> None:
    rows = read_rows(place.file("actions"))
    later = {"id_action": "later", "annee": "2025", "date_action": "2025-03-03"}
    write_rows(place.file("actions"), header_of(place.file("actions")), [*rows, rows[-1] | later])
    assert "Everything is built: there are other periods than before" in incremental(place)
    assert ("2025",) in place.query("select period_id from dim_reporting_periods")
    assert ("2025",) not in whole.query("select period_id from dim_reporting_periods")
    everywhere = "select count(*), count(distinct worksite_id) from fct_pathways"
    assert place.query(everywhere) == whole.query(everywhere)
    assert left_of(place) == set()


def test_a_broken_rule_refuses_what_changed_as_it_refuses_everything(place: Workplace) -> None:
    entered = {row["id_parcours"]: row["date_entree"] for row in read_rows(place.file("salaries"))}
    rows = read_rows(place.file("sorties"))
    line, row = next(
        (line, row)
        for line, row in enumerate(rows, start=2)
        if entered[row["id_parcours"]] > f"{row['annee']}-01-02"
    )
    row["date_sortie"] = f"{row['annee']}-01-01"
    write_rows(place.file("sorties"), header_of(place.file("sorties")), rows)
    before = place.warehouse.read_bytes()
    run = place.build("--incremental")
    assert (run.returncode, run.stdout) == (2, "")
    wrong, verdict = run.stderr.splitlines()
    assert (
        wrong
        == f"sorties.csv: date_sortie: before date_entree in salaries.csv (1 row, at line {line})"
    )
    assert "stays as it was" in verdict
    assert place.warehouse.read_bytes() == before
    assert left_of(place) == {"refused"}
    for value in (row["date_sortie"], row["id_parcours"], row["chantier"]):
        assert value not in run.stderr + place.log
