"""The next year by data alone: a copy of the project gets the exports and the lists of 2025.

The lists get a territory, two worksites, one that closed, one that moved, a housing type that
changes groups, and a new code of every other kind; a table of the Bilan of 2025 is typed in beside
that of 2024. Nothing else of the copy is touched. The rows of 2025 are those of 2024, of other
people a year later, some with the new codes.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import polars as pl
import pytest
from tests.oracle.compare import compare
from tests.oracle.feedback import differences
from tests.oracle.reference import compute
from tests.support.project import Project

from conftest import Built, Row, header_of, read_rows, write_rows
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import SHIPPED_EXPORTS
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer

OLD, NEW = "2024", "2025"
BORDEAUX = "14-Bordeaux"
OPENED = {"NAN-07": ("BOR-01", BORDEAUX), "LYO-07": ("BOR-02", BORDEAUX)}
"""New worksites, by the one whose rows of 2024 become theirs of 2025."""
CLOSED, MOVED, NEW_HOME = "SOM-04", "PAR-03", "12-Seine_Saint_Denis"
KEYS = ("id_salarie", "id_parcours", "id_action", "id_atelier")
DIGITAL = {"domaine": "numérique"}
NEW_CODES = {
    "salaries": [{"orienteur": "service_penitentiaire"}, {"nationalite": "réfugié"}],
    "sorties": [{"motif_sortie": "40"}, {"logement_sortie": "Hôtel social"}],
    "actions": [DIGITAL | {"types_action": "Diagnostic numérique", "motif_sollicitation": ""}],
    "ateliers": [DIGITAL],
}
REPORT, TABLE = "bilan_2025", "T12_sorties_emploi_formation"
EVERY = 23
"""So many rows of 2025 from one with a new code to the next."""


@dataclass(frozen=True)
class Years:
    """The project before and after the roll-over."""

    before: Built
    after: Project
    cells: pl.DataFrame
    """What the definitions give afterwards."""
    summary: str
    said: str

    def both(self, sql: str) -> list[tuple]:
        """Rows of a query on both warehouses, `before` and `after`."""
        with duckdb.connect() as connection:
            for name, file in (("before", self.before.warehouse), ("after", self.after.warehouse)):
                connection.execute(f"attach '{file}' as {name} (read_only)")
            return connection.execute(sql).fetchall()


def a_year_later(export: str, rows: list[Row], pathways: set[str]) -> Iterable[Row]:
    """The rows of 2024 about these pathways, or none, as those of 2025, of people of their own."""
    about = [row for row in rows if row["annee"] == OLD and row.get("id_parcours", "") in pathways]
    for number, row in enumerate(about):
        later = {column: shifted(column, value) for column, value in row.items()}
        worksite = row.get("chantier", "")
        if worksite in OPENED:
            later["chantier"], later["territoire"] = OPENED[worksite]
        if worksite == MOVED:
            later["territoire"] = NEW_HOME
        turn, rest = divmod(number, EVERY)
        if rest == 0 and export in NEW_CODES:
            later |= NEW_CODES[export][turn % len(NEW_CODES[export])]
        yield later


def shifted(column: str, value: str) -> str:
    """A value a year later: a year, a day, or a key of somebody else."""
    if column in ("annee", "annee_naissance"):
        return str(int(value) + 1) if value else value
    if column == "fichier_source":
        # exports of a programme: printed reports are not about other synthetic ones than the demo
        return value.replace("demo", "livraisons")
    if column.startswith("date_") and value:
        return f"{int(value[:4]) + 1}{value[4:]}".replace("-02-29", "-02-28")
    return f"{value}-{NEW}" if column in KEYS and value else value


def add_lists_of_the_year(project: Project) -> None:
    """One line for each thing that is new or changes; one end of a worksite."""
    for seed, line in {
        "territories": {"territory_id": BORDEAUX, "name": "Bordeaux Métropole", "urbanity": "urban"}
        | {"launched": NEW},
        "referrers": {"referrer": "service_penitentiaire", "label_fr": "Service pénitentiaire"}
        | {"label_en": "Prison service", "sort_order": "13"},
        "nationalities": {"nationality": "réfugié", "column_name": "refugee"}
        | {"label_fr": "Réfugié·e", "label_en": "Refugee", "sort_order": "5"},
        "domains": {"domain": "numérique", "label_fr": "Numérique", "label_en": "Digital skills"}
        | {"sort_order": "9"},
        "action_types": {"domain": "numérique", "action_type": "Diagnostic numérique"}
        | {"sort_order": "75"},
        "exit_reasons": {"code": "40", "label_fr": "Service civique", "neutral": "no"}
        | {"category": "formation", "trial_period_rupture": "no", "confidence": "high"},
    }.items():
        project.add_row(seed, **line)
    hotel = {"housing_group": "hebergement_collectif", "level": "2"}
    project.add_row("housing_types", housing_type="Hôtel social", **hotel)
    project.add_row("housing_types", housing_type="Hôtel", valid_from="2025-01-01", **hotel)
    for worksite, territory in OPENED.values():
        project.add_row(
            "worksites", worksite_id=worksite, territory_id=territory, label_fr=worksite,
            first_year=NEW, joined_on="2025-02-01",
        )  # fmt: skip
    project.add_row(
        "worksites", worksite_id=MOVED, territory_id=NEW_HOME, label_fr="Chantier 3 - Paris",
        first_year="2018", valid_from="2025-01-01",
    )  # fmt: skip
    worksites = project.home / "seeds" / "reference" / "worksites.csv"
    rows = read_rows(worksites)
    (closed,) = [row for row in rows if row["worksite_id"] == CLOSED]
    closed["last_year"] = OLD
    write_rows(worksites, header_of(worksites), rows)
    tiles = project.home / "src/cvg_warehouse/reading/charts/tiles.csv"
    with tiles.open("a", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerow([BORDEAUX, "0", "4"])


def printed_in(project: Project, report: str) -> list[Row]:
    """The cells of the table as they are typed in for a report."""
    rows = read_rows(project.home / "seeds" / "published" / "published_tables.csv")
    return [row for row in rows if (row["report_id"], row["table_id"]) == (report, TABLE)]


def type_in_the_report(project: Project, cells: pl.DataFrame) -> None:
    """List the Bilan of 2025, and type in its table of exits, as the recomputed cells give it."""
    project.add_row(
        "reports", report_id=REPORT, label_fr="Bilan 2025", reporting_year=NEW, figure_prefix=NEW
    )
    counted = cells.filter(
        (pl.col("indicator_id") == "exits.job_or_training")
        & (pl.col("reporting_year") == int(NEW))
        & (pl.col("population") == "all")
    )
    known = {
        (place, value): (people, base)
        for place, value, people, base in counted.select(
            "geography_id", "breakdown", "numerator", "denominator"
        ).iter_rows()
    }
    before = printed_in(project, "bilan_2024")
    columns = list(dict.fromkeys((row["measure"], row["kind"]) for row in before))
    for place in dict.fromkeys([*(row["row"] for row in before), BORDEAUX]):
        for measure, kind in columns:
            people, base = known[place, measure]
            value = people if kind == "count" else int(100 * people / base + 0.5)
            project.add_row(
                "published_tables", report_id=REPORT, table_id=TABLE, year=NEW, row=place,
                measure=measure, kind=kind, value=f"{value:.0f}",
            )  # fmt: skip


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory, built: Built) -> Years:
    exports = tmp_path_factory.mktemp("exports")
    pathways = {""}
    for export in EXPORTS:
        rows = read_rows(SHIPPED_EXPORTS / f"{export}.csv")
        if export == "salaries":
            there = [row for row in rows if row["annee"] == OLD and row["chantier"] != CLOSED]
            pathways |= {row["id_parcours"] for row in there}
        later = a_year_later(export, rows, pathways)
        header = header_of(SHIPPED_EXPORTS / f"{export}.csv")
        write_rows(exports / f"{export}.csv", header, [*rows, *later])
    project = Project.copy(tmp_path_factory.mktemp("project"), exports)
    add_lists_of_the_year(project)
    cells = compute(exports, project.home / "seeds" / "reference")
    type_in_the_report(project, cells)
    run = project.cvg("build", CVG_PUBLISH="yes")
    assert run.returncode == 0, run.stderr
    return Years(built, project, cells, " ".join(run.stdout.split()), run.stderr)


def test_every_cell_of_every_year_is_what_the_definitions_give(years: Years) -> None:
    seeds = years.after.home / "seeds" / "reference"
    found = compare(years.after.warehouse, years.cells)
    assert found.summary().rows() == []
    assert differences(years.after.warehouse, years.after.exports, seeds).height == 0


@pytest.mark.parametrize("table", ["mart_indicators", "mart_worksite_feedback"])
def test_the_years_before_stay_as_they_were(years: Years, table: str) -> None:
    """What is new counts nobody there."""
    old = f"where reporting_year <= {OLD}"
    lost = years.both(
        f"select count(*) from (select * from before.{table} {old} "
        f"except all select * from after.{table} {old})"
    )
    assert lost == [(0,)]
    more = years.both(
        f"select coalesce(sum(numerator), 0) from (select * from after.{table} {old} "
        f"except all select * from before.{table} {old})"
    )
    assert more == [(0,)]


def test_the_report_of_2024_is_reproduced_as_before(years: Years) -> None:
    table = "mart_report_reconciliation"
    assert years.both(
        f"select count(*) from (select * from before.{table} except all "
        f"select * from after.{table})"
    ) == [(0,)]


def test_the_report_of_the_year_is_reproduced_beside_it(years: Years) -> None:
    typed_in = len(printed_in(years.after, REPORT))
    assert typed_in == len(printed_in(years.after, "bilan_2024")) + 12
    statuses = "select status, count(*) from mart_report_reconciliation where report_id = '{}'"
    found = years.after.query(f"{statuses.format(REPORT)} group by status")
    assert found == [("reproduced", typed_in)]
    ((place, year),) = years.after.query(
        "select geography_id, reporting_year from report_terms "
        f"where figure_id = '{NEW}|T12|{BORDEAUX}|total|count'"
    )
    assert (place, year) == (BORDEAUX, int(NEW))


def test_the_summary_has_a_line_for_each_report(years: Years) -> None:
    typed_in = len(printed_in(years.after, REPORT))
    assert "Printed tables Bilan 2024: 1,207 reproduced, " in years.summary
    assert f"Printed tables Bilan 2025: {typed_in:,} reproduced, " in years.summary
    assert "not comparable" not in years.summary


def test_nothing_has_to_be_mended(years: Years) -> None:
    assert "is not declared" not in years.said
    assert "worksite_territories.csv" not in years.said
    assert "not in " not in years.said


def test_new_codes_have_their_columns(years: Years) -> None:
    ((referred, refugees, supported),) = years.after.query(
        "select referred_by_service_penitentiaire, refugee, supported_people from mart_public "
        f"where reporting_year = {NEW} and geography_id = 'Total' and population = 'all'"
    )
    ((people,),) = years.after.query(
        "select count(distinct said.person_key) from fct_pathway_years as said "
        "inner join fct_pathway_periods as periods on periods.pathway_key = said.pathway_key "
        f"and periods.period_id = '{NEW}' and periods.delivery_year = said.reporting_year "
        "where periods.is_supported and said.referrer = 'service_penitentiaire'"
    )
    assert 0 < referred == people < supported
    assert refugees > 0


def test_worksites_open_close_and_move(years: Years) -> None:
    places = dict(
        years.after.query(
            "select worksite_id || ' ' || reporting_year, territory_id from dim_worksite_years"
        )
    )
    assert places[f"BOR-01 {NEW}"] == BORDEAUX
    assert places[f"BOR-02 {NEW}"] == BORDEAUX
    assert (places[f"{MOVED} {OLD}"], places[f"{MOVED} {NEW}"]) == ("01-Paris", NEW_HOME)
    assert f"{CLOSED} {OLD}" in places
    assert f"{CLOSED} {NEW}" not in places


def test_a_type_that_changes_groups_does_so_on_its_day(years: Years) -> None:
    found = years.after.query(
        "select distinct reporting_year >= 2025, housing_group_at_exit from fct_exits "
        "where housing_at_exit = 'Hôtel' order by all"
    )
    assert found == [(False, "hebergement_precaire"), (True, "hebergement_collectif")]
    ((moved,),) = years.after.query(
        "select count(*) from fct_exits where housing_at_entry = housing_at_exit "
        "and housing_level_at_entry != housing_level_at_exit"
    )
    assert moved == 0


def test_deliveries_may_use_the_new_codes(years: Years) -> None:
    asked = (
        "from cvg_warehouse.contracts.exports import contract_of as of; "
        "print(*of('salaries')['nationalite'].allowed, *of('salaries')['orienteur'].allowed, "
        "*of('actions')['domaine'].allowed, *of('sorties')['motif_sortie'].allowed)"
    )
    run = years.after.python("-c", asked)
    assert {"réfugié", "service_penitentiaire", "numérique", "40"} <= set(run.stdout.split())


def test_the_year_is_published(years: Years) -> None:
    for audience in ("public", "internal"):
        pointer = read_pointer(years.after.editions)
        assert pointer is not None, years.said
        file = edition_file(years.after.editions, pointer.edition, audience)
        with duckdb.connect(file, read_only=True) as opened:
            shown = opened.execute(
                "select count(value) > 0 from mart_indicators "
                f"where reporting_year = {NEW} and geography_id = '{BORDEAUX}'"
            ).fetchall()
        assert shown == [(True,)]
