"""What changes from one public edition to the next is explained by many people, or waits."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl
import pytest

from conftest import Row, Workplace, read_rows, run_cvg
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.publication.editions.contents import tables
from cvg_warehouse.publication.editions.differencing import ONE, years_with_few
from cvg_warehouse.publication.editions.log import Entry, read_log
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer

YEARS = ("2023", "2024")
PLACE = "08-Rouen"
PLACES = (PLACE, "03-Lille", "09-Somme")
REASON = "Erratum: an exit of Rouen was missing"


@dataclass
class Press:
    """Exports that are corrected, and the editions of each state."""

    place: Workplace
    editions: Path
    exits: list[str] = field(default_factory=list)
    """Pathways of Rouen that ended in 2024."""

    def publish(self, *arguments: str) -> str:
        """Publish, with the exports as they are: what is said."""
        variables = {"CVG_EDITIONS": self.editions, "CVG_WAREHOUSE": self.place.warehouse}
        if not arguments:
            run = self.place.build(CVG_EDITIONS=self.editions, CVG_PUBLISH="yes")
        else:
            run = run_cvg("publish", *arguments, **variables)
        assert run.returncode == 0, run.stderr
        return " ".join(run.stdout.split())

    def without(self, pathways: list[str]) -> None:
        """Exits that are not delivered yet."""

        def delivered(row: Row) -> Row | None:
            return None if row["id_parcours"] in pathways else row

        for export in ("sorties", "suivi_post_sortie"):
            self.place.rewrite(export, delivered)

    def tables(self, audience: str = "public") -> dict[str, list[tuple]]:
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


@pytest.fixture
def press(other: Workplace, tmp_path: Path) -> Press:
    """Two years of three territories of the demo."""

    def is_there(row: Row) -> bool:
        return row["annee"] in YEARS and row.get("territoire") in {None, *PLACES}

    pathways = {row["id_parcours"] for row in read_rows(other.file("salaries")) if is_there(row)}

    def of_those(row: Row) -> Row | None:
        known = row.get("id_parcours") in {None, "", *pathways}
        return row if is_there(row) and known else None

    for export in EXPORTS:
        other.rewrite(export, of_those)
    press = Press(other, tmp_path / "editions")

    def noted(row: Row) -> Row:
        if row["annee"] == "2024" and row["territoire"] == PLACE:
            press.exits.append(row["id_parcours"])
        return row

    other.rewrite("sorties", noted)
    return press


def test_one_exit_more_appears_nowhere_until_ten_others_do(press: Press) -> None:
    complete = {
        export: press.place.file(export).read_bytes() for export in ("sorties", "suivi_post_sortie")
    }
    late = press.exits[:11]
    assert len(late) == 11

    def deliver(missing: list[str]) -> None:
        for export, content in complete.items():
            press.place.file(export).write_bytes(content)
        press.without(missing)

    deliver(late)
    said = press.publish()
    assert "held back" not in said
    public, internal = press.tables(), press.tables("internal")

    deliver(late[1:])
    said = press.publish()
    assert "held back in the public edition: 2024, as fewer than 11 people" in said
    assert press.tables() == public
    assert press.tables("internal") != internal
    assert press.accepted() == (None, None)
    assert press.last.held_back == [2024]

    deliver([])
    assert "held back" not in press.publish()
    assert press.tables() != public


def test_a_reason_shows_one_exit_more_and_is_kept(press: Press) -> None:
    complete = press.place.file("sorties").read_bytes()
    press.without(press.exits[:1])
    press.publish()
    before = press.tables()
    press.place.file("sorties").write_bytes(complete)
    press.publish()
    assert press.tables() == before
    press.publish("--accept", REASON)
    assert press.tables()["mart_indicators"] != before["mart_indicators"]
    assert press.accepted() == (REASON, REASON)


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
