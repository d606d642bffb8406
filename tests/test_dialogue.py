"""The half-yearly form of a worksite as rows count it: a second computation agrees."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from tests.oracle.dialogue import Cell, dialogue

from conftest import Row, Workplace, copy_exports, header_of, read_rows, write_rows

HALF_YEARS = (
    (date(2023, 10, 1), date(2024, 3, 31)),
    (date(2024, 4, 1), date(2024, 9, 30)),
    (date(2024, 1, 1), date(2024, 12, 31)),
)
WORKSITES = 20
SAMPLE = "select distinct worksite_id from mart_dialogue where period_id = '2024' order by 1"
LEAP = "2024-02-29"


def of_warehouse(
    warehouse: duckdb.DuckDBPyConnection, worksites: Iterable[str]
) -> dict[tuple[str, date, date, str], Cell]:
    """The cells of the three periods, with means and shares rounded."""
    found = warehouse.execute(
        "select worksite_id, first_day, last_day, line_id, number, base, share from mart_dialogue"
    ).fetchall()
    chosen = set(worksites)
    return {
        (worksite, first, last, line): Cell.rounded(number, base, share)
        for worksite, first, last, line, number, base, share in found
        if worksite in chosen and (first, last) in HALF_YEARS
    }


@pytest.fixture(scope="module")
def lawful(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Exports with what lies at the edges: leap days, exits on the first day, two pathways."""
    folder = tmp_path_factory.mktemp("edges")
    workplace = Workplace(folder, folder / "cvg.duckdb")
    copy_exports(folder)
    exits = {row["id_parcours"]: row for row in read_rows(workplace.file("sorties"))}
    salaries = read_rows(workplace.file("salaries"))
    of_2024 = [row for row in salaries if row["annee"] == "2024"]
    for number, row in enumerate(of_2024):
        row["refugie_entree"] = ("oui", "non", "")[number % 3]
        leaves = exits.get(row["id_parcours"])
        if leaves:
            leaves["parcours_soin_sortie"] = ("oui", "non", "")[number % 3]
            leaves["accompagnement_post_sortie"] = ("", "oui", "non")[number % 3]
        if number % 17 == 0:
            row["date_entree"] = LEAP
        elif number % 19 == 0 and leaves:
            row["date_entree"] = leaves["date_sortie"]
        if leaves and leaves["date_sortie"] < row["date_entree"]:
            leaves["date_sortie"], leaves["annee"] = row["date_entree"], "2024"
        if number % 23 == 1 and of_2024[number - 1]["chantier"] == row["chantier"]:
            row["id_salarie"] = of_2024[number - 1]["id_salarie"]
    _rewrite(workplace, "salaries", salaries)
    _rewrite(workplace, "sorties", exits.values())
    run = workplace.build()
    assert run.returncode in (0, 1), run.stderr
    return workplace


def _rewrite(workplace: Workplace, export: str, rows: Iterable[Row]) -> None:
    file = workplace.file(export)
    write_rows(file, header_of(file), list(rows))


def test_a_second_computation_agrees_for_20_worksites_and_3_periods(
    warehouse: duckdb.DuckDBPyConnection, built: Workplace
) -> None:
    _agree(warehouse, built.exports)


def test_it_agrees_at_the_edges(lawful: Workplace) -> None:
    with duckdb.connect(lawful.warehouse, read_only=True) as warehouse:
        cells = _agree(warehouse, lawful.exports)
    exits = {(row["id_parcours"], row["date_sortie"]) for row in read_rows(lawful.file("sorties"))}
    salaries = read_rows(lawful.file("salaries"))
    assert any((row["id_parcours"], row["date_entree"]) in exits for row in salaries)
    assert any(row["date_entree"] == LEAP for row in salaries)
    two = {(r["id_salarie"], r["chantier"], r["id_parcours"]) for r in salaries}
    assert len(two) > len({key[:2] for key in two})
    refugees = [cell.number for (*_, line), cell in cells.items() if line == "refugies"]
    assert any(refugees)


def _agree(
    warehouse: duckdb.DuckDBPyConnection, exports: Path
) -> dict[tuple[str, date, date, str], Cell]:
    worksites = [code for (code,) in warehouse.execute(SAMPLE).fetchall()][::4][:WORKSITES]
    assert len(worksites) == WORKSITES
    wanted = dialogue(exports, worksites, HALF_YEARS)
    found = of_warehouse(warehouse, worksites)
    differences = {
        key: (found.get(key), wanted.get(key))
        for key in found.keys() | wanted.keys()
        if found.get(key) != wanted.get(key)
    }
    assert differences == {}
    assert len(found) > 10_000
    return found


def test_no_share_where_the_base_is_empty(warehouse: duckdb.DuckDBPyConnection) -> None:
    ((wrong, empty),) = warehouse.execute(
        "select count(*) filter (base = 0 and share is not null), count(*) filter (base = 0) "
        "from mart_dialogue"
    ).fetchall()
    assert (wrong, empty > 0) == (0, True)


def test_a_block_of_one_answer_each_adds_up_to_its_base(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Nobody is lost: with the unknown ones, the answers cover everybody."""
    short = warehouse.execute(
        """
        select marts.worksite_id, marts.period_id, lines.population, lines.question
        from mart_dialogue as marts
        inner join stg_reference__dialogue_lines as lines on marts.line_id = lines.line_id
        where lines.question in (
            'sex', 'age_band', 'education_level', 'housing_group_at_entry',
            'housing_group_at_exit', 'referrer'
        )
        group by all
        having sum(marts.number) < max(marts.base)
        """
    ).fetchall()
    assert short == []
