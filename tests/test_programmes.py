"""PHC as a programme of its own, by data alone: its site, its pathways, who goes on into CVG."""

import pytest
from tests.support.project import Project

from conftest import Built, Row, header_of, read_rows, write_rows
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import SHIPPED_EXPORTS

SITE, YEAR, BEFORE = "PHC-01", "2024", "2023"
PATHWAYS = 40
GO_ON = 15
"""So many of those of PHC have a later pathway of CVG, whose delivery says nothing of PHC."""


@pytest.fixture(scope="module")
def people() -> list[Row]:
    """People who entered CVG in the year, of whom no delivery says that they came through PHC."""
    rows = read_rows(SHIPPED_EXPORTS / "salaries.csv")
    pathways: dict[str, int] = {}
    for row in rows:
        pathways[row["id_salarie"]] = pathways.get(row["id_salarie"], 0) + 1
    entered = [
        row
        for row in rows
        if row["annee"] == YEAR == row["date_entree"][:4]
        and row["passage_phc"] != "oui"
        and pathways[row["id_salarie"]] == 1
    ]
    return entered[:PATHWAYS]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, people: list[Row]) -> Project:
    exports = tmp_path_factory.mktemp("exports")
    for export in EXPORTS:
        file = SHIPPED_EXPORTS / f"{export}.csv"
        rows = read_rows(file)
        if export == "salaries":
            rows += [in_phc(number, row) for number, row in enumerate(people)]
        write_rows(exports / file.name, header_of(file), rows)
    project = Project.copy(tmp_path_factory.mktemp("project"), exports)
    project.add_row(
        "worksites", worksite_id=SITE, territory_id="01-Paris", label_fr="PHC Paris",
        first_year=BEFORE, programme="PHC",
    )  # fmt: skip
    project.add_row(
        "populations", population="phc", pathway_groups="phc", label_fr="PHC", label_en="PHC",
        sort_order="4",
    )  # fmt: skip
    run = project.cvg("build", CVG_PUBLISH="no")
    assert run.returncode in (0, 1), run.stderr
    assert project.warehouse.exists(), run.stderr
    return project


def in_phc(number: int, row: Row) -> Row:
    """A pathway of PHC in the year before: of somebody who goes on into CVG, or of nobody else."""
    person = row["id_salarie"] if number < GO_ON else f"{row['id_salarie']}-phc"
    return row | {
        "id_salarie": person,
        "id_parcours": f"{row['id_parcours']}-phc",
        "annee": BEFORE,
        "date_entree": f"{BEFORE}-06-01",
        "chantier": SITE,
        "territoire": "01-Paris",
        "passage_phc": "",
        "logement_entree_phc": "",
    }


def supported(project: Project | Built, population: str, year: str, place: str = "Total") -> float:
    ((value,),) = project.query(
        "select value from mart_indicators where indicator_id = 'headcount.supported' "
        f"and population = '{population}' and reporting_year = {year} and geography_id = '{place}'"
    )
    return value


def test_phc_is_a_population_of_its_own(project: Project, built: Built) -> None:
    assert supported(project, "phc", BEFORE, "01-Paris") == PATHWAYS
    assert supported(project, "phc", BEFORE) == PATHWAYS
    for year in (BEFORE, YEAR):
        assert supported(project, "all", year) == supported(built, "all", year)


def test_who_goes_on_into_cvg_came_through_phc(project: Project, built: Built) -> None:
    passed = supported(project, "after_phc", YEAR) - supported(built, "after_phc", YEAR)
    assert passed == GO_ON
    assert supported(built, "direct", YEAR) - supported(project, "direct", YEAR) == GO_ON


def test_its_site_is_no_worksite_of_cvg(project: Project, built: Built) -> None:
    asked = (
        "select value from mart_indicators where indicator_id = 'headcount.worksites' "
        f"and population = 'all' and reporting_year = {BEFORE} and geography_id = 'Total'"
    )
    assert project.query(asked) == built.query(asked)
