"""What changes from one public edition to the next is explained by many people, or waits."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from conftest import Row, Workplace, copy_exports, read_rows, run_cvg
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.publication.editions.contents import tables
from cvg_warehouse.publication.editions.differencing import ONE, years_with_few
from cvg_warehouse.publication.editions.log import Entry, read_log
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer

YEARS = ("2023", "2024")
PLACE = "08-Rouen"
PLACES = (PLACE, "03-Lille", "09-Somme")
OF_EXITS = ("sorties", "suivi_post_sortie")
REASON = "Erratum: an exit of Rouen was missing"

Tables = dict[str, list[tuple]]


@dataclass(frozen=True)
class Press:
    """Exports that are corrected, and the editions of each state."""

    place: Workplace
    editions: Path
    complete: dict[str, bytes]
    """The exports about exits, when all have come."""
    late: list[str]
    """Pathways of Rouen that ended in 2024 and come late."""

    def publish(self, *arguments: str) -> str:
        """Publish, with the exports as they are: what is said."""
        variables = {"CVG_EDITIONS": self.editions, "CVG_WAREHOUSE": self.place.warehouse}
        if not arguments:
            run = self.place.build(CVG_EDITIONS=self.editions, CVG_PUBLISH="yes")
        else:
            run = run_cvg("publish", *arguments, **variables)
        assert run.returncode == 0, run.stderr
        return " ".join(run.stdout.split())

    def deliver(self, come: int) -> None:
        """Exports with so many of the late exits."""
        missing = self.late[come:]

        def delivered(row: Row) -> Row | None:
            return None if row["id_parcours"] in missing else row

        for export, content in self.complete.items():
            self.place.file(export).write_bytes(content)
            self.place.rewrite(export, delivered)

    def beside(self, editions: Path) -> "Press":
        """The same editions in another folder, to go on from."""
        shutil.copytree(self.editions, editions)
        return replace(self, editions=editions)

    def tables(self, audience: str = "public") -> Tables:
        """All rows of the current edition's file but the record, table by table."""
        file = edition_file(self.editions, read_pointer(self.editions).edition, audience)
        with duckdb.connect(file, read_only=True) as connection:
            return {
                name: connection.execute(f"from {name} order by all").fetchall()
                for name in tables()
                if name != "edition"
            }

    def accepted(self) -> tuple[str | None, str | None]:
        """The reason in the public record, and in the log."""
        edition = read_pointer(self.editions).edition
        with duckdb.connect(edition_file(self.editions, edition, "public"), read_only=True) as one:
            ((of_record,),) = one.execute("select accepted from edition").fetchall()
        return of_record, self.last.reason

    @property
    def last(self) -> Entry:
        """What the log notes last."""
        return read_log(self.editions).entries[-1]


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Press:
    """Two years of three territories of the demo; of Rouen eleven exits are not delivered yet."""
    folder = tmp_path_factory.mktemp("press")
    place = Workplace(folder / "exports", folder / "cvg.duckdb")
    place.exports.mkdir()
    copy_exports(place.exports)

    def is_there(row: Row) -> bool:
        return row["annee"] in YEARS and row.get("territoire") in {None, *PLACES}

    pathways = {row["id_parcours"] for row in read_rows(place.file("salaries")) if is_there(row)}

    def of_those(row: Row) -> Row | None:
        known = row.get("id_parcours") in {None, "", *pathways}
        return row if is_there(row) and known else None

    for export in EXPORTS:
        place.rewrite(export, of_those)
    complete = {export: place.file(export).read_bytes() for export in OF_EXITS}
    ended = [
        row["id_parcours"]
        for row in read_rows(place.file("sorties"))
        if row["annee"] == "2024" and row["territoire"] == PLACE
    ]
    press = Press(place, folder / "editions", complete, ended[:11])
    assert len(press.late) == 11
    press.deliver(0)
    assert "held back" not in press.publish()
    return press


@pytest.fixture(scope="module")
def shown(press: Press) -> Tables:
    """What the public edition says before anything of it is late."""
    return press.tables()


@pytest.fixture(scope="module")
def waiting(press: Press, shown: Tables) -> Press:
    """One of the eleven has come, and the internal edition alone has it."""
    internal = press.tables("internal")
    press.deliver(1)
    said = press.publish()
    assert "held back in the public edition: 2024, as fewer than 11 people" in said
    assert press.tables() == shown
    assert press.tables("internal") != internal
    assert press.accepted() == (None, None)
    assert press.last.held_back == [2024]
    return press


def test_a_reason_shows_one_exit_more_and_is_kept(
    waiting: Press, shown: Tables, tmp_path: Path
) -> None:
    accepting = waiting.beside(tmp_path / "editions")
    accepting.publish("--accept", REASON)
    assert accepting.tables()["mart_indicators"] != shown["mart_indicators"]
    assert accepting.accepted() == (REASON, REASON)


def test_one_exit_more_appears_nowhere_until_ten_others_do(waiting: Press, shown: Tables) -> None:
    waiting.deliver(11)
    assert "held back" not in waiting.publish()
    assert waiting.tables() != shown


def people(**states: str) -> pl.DataFrame:
    """Fingerprints: PLACE_UNIT=state."""
    rows = [("people", 2024, *name.split("_"), state) for name, state in states.items()]
    return pl.DataFrame(rows, [*ONE, "state"], orient="row")


@pytest.mark.parametrize(
    ("moved", "years"),
    [(0, set()), (1, {2024}), (10, {2024}), (11, set())],
)
@pytest.mark.parametrize("move", ["changed", "came", "went"])
def test_a_year_waits_for_as_many_people_as_a_count(move: str, moved: int, years: set[int]) -> None:
    all_of_them = {f"Rouen_{number}": "a" for number in range(40)}
    few = dict(list(all_of_them.items())[moved:])
    before, now = all_of_them, all_of_them
    if move == "changed":
        now = all_of_them | {f"Rouen_{number}": "b" for number in range(moved)}
    elif move == "came":
        before = few
    else:
        now = few
    assert years_with_few(people(**before), people(**now), 11) == years


def test_many_in_one_territory_do_not_hide_one_of_another() -> None:
    before = {f"Rouen_{number}": "a" for number in range(40)} | {"Paris_1": "a", "Paris_2": "a"}
    now = {name: "b" for name in before if name != "Paris_2"} | {"Paris_2": "a"}
    assert years_with_few(people(**before), people(**now), 11) == {2024}
