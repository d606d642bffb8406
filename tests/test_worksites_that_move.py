"""Worksites that move, lie in two territories or are of no list: lawful, so warned of."""

import pytest
from tests.oracle.compare import compare
from tests.oracle.reference import compute

from conftest import Row, Workplace, header_of, read_rows, write_rows
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import exports_folder

SECRET = "Zzyzx-4711"
HOME, NEW_HOME, ELSEWHERE = "01-Paris", "12-Seine_Saint_Denis", "02-Lyon"
MOVES, SPLIT, STRAY, UNDECLARED = "PAR-03", "PAR-05", "ISE-04", "XXX-99"
MOVED, BEFORE = "2024", "2023"


def changed(export: str, rows: list[Row]) -> list[Row]:
    """Rows of a worksite that moves, of one in two territories, and of one that is of no list."""
    with_worksite = [row for row in rows if row.get("chantier")]
    for row in with_worksite:
        if (row["chantier"], row["annee"]) == (MOVES, MOVED):
            row["territoire"] = NEW_HOME
    if export == "salaries":
        # nearly as many people in each, the odd one at home
        split = [row for row in rows if (row["chantier"], row["annee"]) == (SPLIT, BEFORE)]
        away = sorted({row["id_salarie"] for row in split})[1::2]
        for row in split:
            row["territoire"] = ELSEWHERE if row["id_salarie"] in away else HOME
        for row in [row for row in rows if row["annee"] == MOVED][::97]:
            row["chantier"] = UNDECLARED
    if export == "sorties":
        stray = next(row for row in rows if (row["chantier"], row["annee"]) == (STRAY, MOVED))
        stray["territoire"] = ELSEWHERE
        rows[-1]["chantier"] = SECRET
    return rows


@pytest.fixture(scope="module")
def lawful(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workplace, list[str]]:
    """A warehouse of such exports, and the warnings."""
    exports, home = (tmp_path_factory.mktemp(name) for name in ("exports", "warehouse"))
    for export in EXPORTS:
        file = exports_folder() / f"{export}.csv"
        write_rows(exports / file.name, header_of(file), changed(export, read_rows(file)))
    workplace = Workplace(exports, home / "cvg.duckdb")
    run = workplace.build()
    # so that it may be published
    assert run.returncode == 0, run.stderr
    return workplace, [line for line in run.stderr.splitlines() if "chantier" in line]


def test_every_cell_is_what_the_definitions_give(lawful: tuple[Workplace, list[str]]) -> None:
    workplace, _ = lawful
    found = compare(workplace.warehouse, compute(workplace.exports))
    assert found.summary().rows() == []
    assert found.cells > 10_000


def test_warnings_say_which_worksite_when_and_what_to_mend(
    lawful: tuple[Workplace, list[str]],
) -> None:
    _, warnings = lawful
    said = "\n".join(warnings)
    declare = "add the two to seeds/reference/worksite_territories.csv"
    for expected in (
        f"salaries.csv: chantier: {MOVES} in {MOVED} lies in {NEW_HOME} and is declared for {HOME}",
        f"sorties.csv: chantier: {MOVES} in {MOVED} lies in {NEW_HOME} and is declared for {HOME}",
        f"actions.csv: chantier: {MOVES} in {MOVED} lies in {NEW_HOME} and is declared for {HOME}",
        f"chantier: {SPLIT} in {BEFORE} lies in {ELSEWHERE} and is declared for {HOME}; correct",
        f"chantier: {STRAY} in {MOVED} lies in {ELSEWHERE} and is declared for 13-Isère",
        f"chantier: {UNDECLARED} in {MOVED} is not declared; correct it, or add it to seeds/",
        "sorties.csv: chantier: a text that looks like no worksite in ",
        declare,
    ):
        assert expected in said
    assert SECRET not in said
    assert f"{MOVES} in {BEFORE}" not in said


def test_a_worksite_stands_beside_the_territory_that_it_lay_in(
    lawful: tuple[Workplace, list[str]],
) -> None:
    workplace, _ = lawful
    found = workplace.query(
        f"""
        select distinct feedback.worksite_id, feedback.reporting_year::varchar,
            feedback.territory_id, feedback.territory_value = place.value
        from mart_worksite_feedback as feedback
        inner join mart_indicators as place
            on feedback.territory_id = place.geography_id and place.population = 'all'
                and feedback.indicator_id = place.indicator_id
                and feedback.breakdown = place.breakdown
                and feedback.reporting_year = place.reporting_year
        where feedback.worksite_id in ('{MOVES}', '{SPLIT}')
            and feedback.reporting_year in ({BEFORE}, {MOVED})
            and feedback.value is not null
        order by all
        """
    )
    assert found == [
        (MOVES, BEFORE, HOME, True),
        (MOVES, MOVED, NEW_HOME, True),
        (SPLIT, BEFORE, HOME, True),
        (SPLIT, MOVED, HOME, True),
    ]


def test_a_row_counts_in_the_territory_that_it_names(lawful: tuple[Workplace, list[str]]) -> None:
    workplace, _ = lawful
    exits = read_rows(workplace.file("sorties"))
    for place in (HOME, NEW_HOME, ELSEWHERE, "13-Isère"):
        wanted = {
            row["id_parcours"]
            for row in exits
            if (row["territoire"], row["annee"]) == (place, MOVED)
        }
        counted = workplace.query(
            f"select pathway_key from ind_exits "
            f"where territory_id = '{place}' and period_id = '{MOVED}'"
        )
        assert {key for (key,) in counted} == wanted
