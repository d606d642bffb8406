"""Reporting periods: a year equals the period of its days, and others are counted a second time."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pytest
from tests.support.project import Project

from cvg_warehouse.paths import SHIPPED_EXPORTS

SELECTED = ("mart_indicators", "mart_worksite_indicators", "mart_period_comparisons")
COUNTS = (
    "headcount.supported", "headcount.entered", "headcount.on_books_at_year_end", "public.women",
    "headcount.exited", "partners.actions_total", "partners.participations",
)  # fmt: skip
# A half-year, a half-year over the turn of the year, and one with the leap day as its last day.
PERIODS = (
    (date(2024, 4, 1), date(2024, 9, 30)),
    (date(2023, 10, 1), date(2024, 3, 31)),
    (date(2023, 7, 15), date(2024, 2, 29)),
)
Place = tuple[str, str]
Row = dict[str, str]


class Pathway(NamedTuple):
    """What the delivery that speaks for a pathway says."""

    row: Row
    entry: date
    exit: date | None
    is_of_last_year: bool


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project with two declared periods, its indicators built."""
    project = Project.copy(tmp_path_factory.mktemp("project"), SHIPPED_EXPORTS)
    for first, last in (("2024-01-01", "2024-12-31"), ("2023-07-15", "2024-02-29")):
        project.add_row("declared_periods", first_day=first, last_day=last)
    run = project.python(
        "-m", "dbt.cli.main", "build", "--select", *(f"+{name}" for name in SELECTED),
        "--exclude", "resource_type:test", "resource_type:unit_test",
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    return project


def test_a_declared_period_is_counted_beside_its_days_a_year_before(project: Project) -> None:
    declared = project.query(
        "select period_id from dim_reporting_periods where period_kind = 'declared' order by all"
    )
    assert [period for (period,) in declared] == [
        "2022-07-15/2023-02-28",
        "2023-01-01/2023-12-31",
        "2023-07-15/2024-02-29",
        "2024-01-01/2024-12-31",
    ]


@pytest.mark.parametrize("year", ["2023", "2024"])
@pytest.mark.parametrize("mart", ["mart_indicators_by_period", "mart_worksite_indicators"])
def test_a_year_equals_the_period_of_its_days(project: Project, mart: str, year: str) -> None:
    of = f"(select * exclude (period_id) from {mart} where period_id = "
    as_year, as_days = f"{of}'{year}')", f"{of}'{year}-01-01/{year}-12-31')"
    ((cells, more, less),) = project.query(
        f"select (select count(*) from {as_year}), "
        f"(select count(*) from ({as_year} except all {as_days})), "
        f"(select count(*) from ({as_days} except all {as_year}))"
    )
    assert cells > 10_000
    assert (more, less) == (0, 0)


def test_mart_indicators_holds_calendar_years_alone(project: Project) -> None:
    found = project.query("select reporting_year, count(*) > 10000 from mart_indicators group by 1")
    assert sorted(found) == [(year, True) for year in range(2020, 2025)]


@pytest.mark.parametrize("first, last", PERIODS)
def test_a_period_is_counted_from_its_days(project: Project, first: date, last: date) -> None:
    expected = {place: number for place, number in _counted(first, last).items() if number}
    found = {
        (indicator, geography): numerator
        for indicator, geography, numerator in project.query(
            "select indicator_id, geography_id, sum(numerator) from mart_indicators_by_period "
            f"where period_id = '{first}/{last}' and population = 'all' "
            "and geography_id not in ('urban', 'less_urban') "
            f"and indicator_id in {COUNTS} group by all having sum(numerator) > 0"
        )
    }
    assert found == expected
    assert {indicator for indicator, _ in found} == set(COUNTS)


def test_what_rows_say_of_a_year_is_not_known_of_a_half_year(project: Project) -> None:
    ((rows, filled),) = project.query(
        "select count(*), count(coalesce(numerator, denominator, value)) "
        "from mart_indicators_by_period as cells "
        "inner join dim_reporting_periods as periods using (period_id) "
        "inner join stg_reference__indicators as catalogue using (indicator_id) "
        "where catalogue.needs_whole_year and periods.reporting_year is null"
    )
    assert (rows > 1000, filled) == (True, 0)


def _read(export: str) -> Iterator[Row]:
    with (SHIPPED_EXPORTS / f"{export}.csv").open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _pathways(first: date, last: date) -> Iterator[Pathway]:
    exits = {row["id_parcours"]: date.fromisoformat(row["date_sortie"]) for row in _read("sorties")}
    speaking: dict[str, Row] = {}
    for row in sorted(_read("salaries"), key=lambda row: row["annee"]):
        if first.year <= int(row["annee"]) <= last.year:
            speaking[row["id_parcours"]] = row
    for key, row in speaking.items():
        entry, exit_ = date.fromisoformat(row["date_entree"]), exits.get(key)
        if entry <= last and (exit_ is None or exit_ >= first):
            yield Pathway(row, entry, exit_, int(row["annee"]) == last.year)


def _counted(first: date, last: date) -> dict[Place, float]:
    """Distinct people, actions and participations by indicator and place, from the raw rows."""
    units: dict[Place, set[str]] = defaultdict(set)
    numbers: dict[Place, float] = defaultdict(float)

    def add(indicator: str, row: Row, unit: str) -> None:
        for place in (row["territoire"], "Total"):
            units[indicator, place].add(unit)

    for pathway in _pathways(first, last):
        person = pathway.row["id_salarie"]
        add("headcount.supported", pathway.row, person)
        if pathway.row["sexe"] == "F":
            add("public.women", pathway.row, person)
        if pathway.entry >= first:
            add("headcount.entered", pathway.row, person)
        if pathway.is_of_last_year and (pathway.exit is None or pathway.exit >= last):
            add("headcount.on_books_at_year_end", pathway.row, person)
    people = {row["id_parcours"]: row["id_salarie"] for row in _read("salaries")}
    for row in _read("sorties"):
        if first <= date.fromisoformat(row["date_sortie"]) <= last:
            add("headcount.exited", row, people[row["id_parcours"]])
    for row in _read("actions"):
        if first <= date.fromisoformat(row["date_action"]) <= last:
            for domain in {item.strip() for item in row["domaine"].split(";")}:
                add("partners.actions_total", row, f"{row['id_action']} {domain}")
    for row in _read("ateliers"):
        if first <= date.fromisoformat(row["date_atelier"]) <= last:
            for place in (row["territoire"], "Total"):
                domains = {item.strip() for item in row["domaine"].split(";")}
                numbers["partners.participations", place] += len(domains) * int(row["participants"])
    return numbers | {key: len(found) for key, found in units.items()}
