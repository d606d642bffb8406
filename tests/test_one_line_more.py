"""An indicator is its rule and its line in the catalogue; a base or a theme is one line more.

A mean, a share of a new base, an indicator of a new theme, and one that two others add up to are
added to a copy of the project. They must come out counted, labelled in French, and unpublished.
"""

from pathlib import Path

import duckdb
import pytest
from tests.support.project import Project

from conftest import header_of, read_rows, write_rows
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.paths import SHIPPED_EXPORTS
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer

YEAR = "2024"
NEW = {
    "housing.mean_level_gain": {
        "theme": "housing", "unit": "people", "statistic": "mean", "counting_unit": "people",
        "base": "HOUSING_BOTH_KNOWN", "label_fr": "Gain moyen de niveau de logement",
    },
    "exits.employment": {
        "theme": "exits", "unit": "share", "statistic": "share", "counting_unit": "people",
        "base": "NON_NEUTRAL", "label_fr": "Sorties en emploi",
    },
    "pathways.short_with_rqth": {
        "theme": "pathways", "unit": "share", "statistic": "share", "counting_unit": "people",
        "base": "UNDER_6_MONTHS", "label_fr": "dont RQTH à la sortie, parcours courts",
    },
    "departures.in_winter": {
        "theme": "departures", "unit": "share", "statistic": "share", "counting_unit": "people",
        "base": "EXITED", "label_fr": "Sorties en hiver",
    },
}  # fmt: skip
EMPLOYMENT = """
    {{ within('in_base_non_neutral', "exit_category in ('emploi_durable', 'emploi_transition')") }}
        as exits__employment,
    {{ within('in_base_exited', 'extract(month from exit_date) in (12, 1, 2)') }}
        as departures__in_winter,
"""
RELATION = (
    '  "exits.employment = exits.job_or_training[emploi_durable] + '
    'exits.job_or_training[emploi_transition]",\n'
)


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of one year, which is enough and quick."""
    folder = tmp_path_factory.mktemp("exports")
    pathways = {""}
    for export in EXPORTS:
        file = SHIPPED_EXPORTS / f"{export}.csv"
        rows = [row for row in read_rows(file) if row["annee"] == YEAR]
        if export == "salaries":
            pathways |= {row["id_parcours"] for row in rows}
        rows = [row for row in rows if row.get("id_parcours", "") in pathways]
        write_rows(folder / f"{export}.csv", header_of(file), rows)
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, exports: Path) -> Project:
    """A copy of the project with four indicators more, built and published."""
    project = Project.copy(tmp_path_factory.mktemp("project"), exports)
    after_population = "    population,\n"
    project.replace("models/rules/ind_exits.sql", after_population, after_population + EMPLOYMENT)
    project.replace(
        "models/rules/ind_housing.sql",
        after_population,
        after_population
        + "    case\n        when in_base_housing_both_known\n"
        + "            then housing_level_at_exit - housing_level_at_entry\n    end"
        + " as housing__mean_level_gain,\n",
    )
    project.replace(
        "models/rules/ind_pathways.sql",
        after_population,
        after_population
        + "    {{ within('in_base_duration and duration_months < 6', 'rqth_at_exit') }}\n"
        + "        as pathways__short_with_rqth,\n",
    )
    project.add_row(
        "themes", theme="departures", sort_order="11", label_fr="Départs", label_en="Departures"
    )
    project.add_row(
        "bases", base="UNDER_6_MONTHS", parent_base="DURATION", label_en="people of under 6 months",
        label_fr="personnes sorties après moins de six mois",
    )  # fmt: skip
    for indicator_id, line in NEW.items():
        words = dict.fromkeys(("label_en", "numerator", "numerator_fr"), f"words of {indicator_id}")
        project.add_row("indicators", indicator_id=indicator_id, **(words | line))
    run = project.cvg("build", CVG_PUBLISH="yes")
    assert run.returncode == 0, run.stderr
    return project


def query(file: Path, sql: str) -> list[tuple]:
    with duckdb.connect(file, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def cells(file: Path, indicator: str) -> dict[str, tuple]:
    """Numerator, denominator and value of everybody in the year, by place."""
    return {
        place: tuple(figures)
        for place, *figures in query(
            file,
            "select geography_id, numerator, denominator, value from mart_indicators "
            f"where indicator_id = '{indicator}' and breakdown = '' and population = 'all' "
            f"and reporting_year = {YEAR}",
        )
    }


def test_a_mean_in_a_theme_that_had_none_is_counted(project: Project) -> None:
    computed = dict(
        query(
            project.warehouse,
            "select 'Total', avg(gain) from (select person_key, "
            "max(housing_level_at_exit - housing_level_at_entry) as gain from fct_exits "
            "where in_base_housing and housing_group_at_exit is not null "
            f"and reporting_year = {YEAR} group by person_key)",
        )
    )
    found = cells(project.warehouse, "housing.mean_level_gain")
    assert found["Total"][2] == pytest.approx(computed["Total"])
    assert len([value for *_, value in found.values() if value is not None]) > 10


def test_shares_of_new_themes_and_bases_are_counted(project: Project) -> None:
    everywhere = "from fct_exits where"
    for indicator, base, condition in (
        (
            "exits.employment", "in_base_non_neutral",
            "exit_category in ('emploi_durable', 'emploi_transition')",
        ),
        ("departures.in_winter", "true", "month(exit_date) in (12, 1, 2)"),
        ("pathways.short_with_rqth", "in_base_duration and duration_months < 6", "rqth_at_exit"),
    ):  # fmt: skip
        ((numerator, denominator),) = query(
            project.warehouse,
            f"select count(distinct person_key) filter ({condition}), count(distinct person_key) "
            f"{everywhere} {base} and reporting_year = {YEAR}",
        )
        assert numerator > 0
        found = cells(project.warehouse, indicator)["Total"]
        assert found == (numerator, denominator, numerator / denominator)


def test_they_are_labelled_in_french_in_the_viewer(project: Project) -> None:
    asked = (
        "from cvg_warehouse.reading.data import read_edition; "
        "from cvg_warehouse.reading.figures import base_name; "
        "from cvg_warehouse.reading.texts import label_of; "
        "edition = read_edition('internal'); "
        "[print(one.indicator_id, label_of(one.theme, 'fr'), label_of(one, 'fr'), "
        "base_name(one, 'fr'), one.rule_model, sep='|') for one in edition.indicators.values()]"
    )
    run = project.python("-c", asked)
    assert run.returncode == 0, run.stderr
    lines = {line.partition("|")[0]: line.split("|")[1:] for line in run.stdout.splitlines()}
    assert {name: lines[name] for name in NEW} == {
        "housing.mean_level_gain": [
            "Logement",
            "Gain moyen de niveau de logement",
            "personnes sorties dont le logement à l'entrée et à la sortie est connu",
            "ind_housing",
        ],
        "exits.employment": [
            "Sorties",
            "Sorties en emploi",
            "personnes sorties, hors sorties neutres",
            "ind_exits",
        ],
        "pathways.short_with_rqth": [
            "Parcours",
            "dont RQTH à la sortie, parcours courts",
            "personnes sorties après moins de six mois",
            "ind_pathways",
        ],
        "departures.in_winter": [
            "Départs",
            "Sorties en hiver",
            "personnes sorties dans l'année",
            "ind_exits",
        ],
    }
    # every other one has its labels, too
    assert len(lines) > len(NEW)
    assert all(all(words) for words in lines.values())


def test_they_are_labelled_in_french_in_the_feedback(project: Project) -> None:
    """Run in a process of the copy, whose catalogue this is."""
    asked = (
        "import sys; from pathlib import Path; "
        "from cvg_warehouse.feedback.indicators import warehouse_of; "
        "source = warehouse_of(Path(sys.argv[1]), Path(sys.argv[2])); "
        "[print(one.theme, one.label, sep='|') for one in source.of('PAR-01', int(sys.argv[3]))]"
    )
    run = project.python("-c", asked, str(project.warehouse), str(project.exports), YEAR)
    assert run.returncode == 0, run.stderr
    lines = set(run.stdout.splitlines())
    assert {"Départs|Sorties en hiver", "Sorties|Sorties en emploi"} <= lines
    assert {"Logement|Gain moyen de niveau de logement", "Partenariats|Actions, total"} <= lines


def test_they_are_not_published(project: Project) -> None:
    edition = edition_file(project.editions, read_pointer(project.editions).edition, "public")
    held = {name for (name,) in query(edition, "select distinct indicator_id from mart_indicators")}
    assert held
    assert held.isdisjoint(NEW)
    assert query(edition, "select recoverable_cells from edition") == [(0,)]


def test_a_public_indicator_that_no_rule_names_is_refused_and_one_that_is_named_gives_nothing_away(
    project: Project,
) -> None:
    """Lasting and transition jobs are masked in small territories; their sum must not undo it."""
    catalogue = project.home / "seeds" / "reference" / "indicators.csv"
    text = catalogue.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("exits.employment,"))
    column = text.splitlines()[0].split(",").index("audience") - len(
        text.splitlines()[0].split(",")
    )
    cells = line.split(",")
    assert cells[column] == ""
    cells[column] = "public"
    catalogue.write_text(text.replace(line, ",".join(cells)), encoding="utf-8")
    before = read_pointer(project.editions).edition
    run = project.cvg("build", CVG_PUBLISH="yes")
    assert run.returncode == 1
    (problem,) = [one for one in run.stderr.splitlines() if "exits.employment" in one]
    assert "seeds/reference/indicators.csv: exits.employment is public" in problem
    assert "contracts/relations.toml" in problem and "audience" in problem
    assert read_pointer(project.editions).edition == before

    last = '  "headcount.entered <= headcount.supported",\n'
    project.replace("contracts/relations.toml", last, last + RELATION)
    # elsewhere: what an earlier edition printed of the parts would give some sums away
    elsewhere = project.home / "first edition with it"
    run = project.cvg("publish", CVG_EDITIONS=str(elsewhere))
    assert run.returncode == 0, run.stderr
    public = edition_file(elsewhere, read_pointer(elsewhere).edition, "public")
    of_jobs = """
        select
            count(*) filter (numerator is not null and indicator_id = 'exits.employment') as sums,
            count(*) filter (
                numerator is null and breakdown in ('emploi_durable', 'emploi_transition')
            ) as masked,
            count(*) filter (breakdown in ('emploi_durable', 'emploi_transition')) as parts
        from mart_indicators
        where indicator_id in ('exits.employment', 'exits.job_or_training') and population = 'all'
        group by geography_id
    """
    found = query(public, of_jobs)
    assert sum(sums for sums, *_ in found) > 0
    assert sum(masked for _, masked, _ in found) > 0
    # a sum beside one masked part of two would be that part
    assert not [row for row in found if row[0] and row[1] == 1]
