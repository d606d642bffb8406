"""A build of what changed makes the same tables as one of everything, whatever has been delivered."""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from conftest import Row, Workplace, copy_exports, header_of, read_rows, write_rows
from cvg_warehouse.contracts.exports import EXPORTS

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
        row["raison_demande"] = ""


def the_first_year_is_withdrawn(exports: Exports, worksite: str) -> None:
    first = min(row["annee"] for row in exports.of("salaries", worksite))
    later = {r["id_parcours"] for r in exports.of("salaries", worksite) if r["annee"] != first}
    gone = {r["id_parcours"] for r in exports.of("salaries", worksite)} - later
    for export in OF_PATHWAYS:
        exports.rows[export] = [r for r in exports.rows[export] if r["id_parcours"] not in gone]
    exports.rows["salaries"] = [
        r for r in exports.rows["salaries"] if (r["chantier"], r["annee"]) != (worksite, first)
    ]


def follow_ups_and_sessions_change(exports: Exports, worksite: str) -> None:
    ended = {row["id_parcours"] for row in exports.of("sorties", worksite)}
    followed = [r for r in exports.rows["suivi_post_sortie"] if r["id_parcours"] in ended]
    for row in followed:
        row["situation_stable"] = exports.chance.choice(["oui", "non", ""])
    exports.chance.choice(exports.rows["ateliers"])["nombre_participants"] = "7"


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
    follow_ups_and_sessions_change,
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
        write_rows(place.file(export), headers[export], changed)


def differing(one: Path, other: Path) -> list[str]:
    """The tables that two warehouses do not have alike, row by row."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only); attach '{other}' as two (read_only)")
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
