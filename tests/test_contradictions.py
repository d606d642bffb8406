"""The report is accused of nothing that another base, population or reading explains."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from tests.support.printed import Catalogue, Context, Figure, Report, Term, fitting, value_of

from conftest import Built
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer


@pytest.fixture(scope="module")
def report(built: Built) -> Report:
    """The printed figures, their cells and what the seeds say of indicators, from the warehouse."""
    terms: dict[str, list[Term]] = {}
    for figure_id, side, coefficient, name, breakdown, counted, *context in built.query("""
        select figure_id, side, coefficient, indicator_id, breakdown, counted,
            reporting_year, geography_id, population
        from report_terms
    """):
        term = Term(side, coefficient, name, breakdown, counted, Context(*context))
        terms.setdefault(figure_id, []).append(term)
    figures = {
        figure_id: Figure(figure_id, printed, kind, precision, tuple(terms[figure_id]))
        for figure_id, printed, kind, precision in built.query(
            "select figure_id, printed, kind, precision from report_figures "
            "where held_by is null and report_id = 'bilan_2024'"
        )
    }
    values: dict[str, list[str]] = {}
    for breakdown, value in built.query(
        "select breakdown, value from dim_breakdown_values order by all"
    ):
        values.setdefault(breakdown, []).append(value)
    indicators = built.rows("select * from stg_reference__indicators")
    denominators = built.rows("""
        with cells as (
            select catalogue.base, cells.*,
                max(denominator) over (
                    partition by base, reporting_year, geography_id, population
                ) as whole,
                max(denominator) over (
                    partition by indicator_id, reporting_year, geography_id, population
                ) as most
            from mart_indicators as cells
            inner join stg_reference__indicators as catalogue using (indicator_id)
            where base is not null
        )
        select indicator_id, breakdown, any_value(base) as base,
            bool_and(denominator = whole) as is_whole, bool_and(denominator = most) as is_most
        from cells group by indicator_id, breakdown
    """)
    by_value = {row["indicator_id"] for row in denominators if not row["is_most"]}
    base_cells = {}
    for row in denominators:
        name, breakdown = row["indicator_id"], row["breakdown"]
        own = f"{name}:base[{breakdown}]" if name in by_value else f"{name}:base"
        base_cells[name, breakdown] = row["base"] if row["is_whole"] else own
    catalogue = Catalogue(
        bases={row["indicator_id"]: row["base"] for row in indicators},
        parents=dict(built.query("select base, parent_base from stg_reference__bases")),
        breakdowns={row["indicator_id"]: row["breakdown"] for row in indicators},
        values={breakdown: tuple(found) for breakdown, found in values.items()},
        units={row["indicator_id"]: row["counting_unit"] for row in indicators},
        base_cells=base_cells,
        exit_categories=frozenset(
            breakdown
            for (breakdown,) in built.query("""
                select breakdown from dim_breakdown_values as known
                inner join stg_reference__exit_reasons as reasons
                    on known.value = reasons.exit_category
                group by breakdown having not bool_or(is_neutral)
            """)
        ),
    )
    accused = frozenset(
        figure for (figure,) in built.query("select figure_id from stg_reference__contradictions")
    )
    read_otherwise = frozenset(
        figure for (figure,) in built.query("select figure_id from stg_reference__other_readings")
    )
    territories = tuple(
        place for (place,) in built.query("select territory_id from dim_territories order by all")
    )
    return Report(catalogue, figures, accused, read_otherwise, territories)


@pytest.fixture(scope="module")
def summed(built: Built) -> dict[str, list[str]]:
    """The evidence against an accused figure, where it is a sum of printed figures and no more."""
    found: dict[str, list[str]] = {}
    others = set()
    for figure, part, is_plain in built.query("""
        select statements.figure_id, terms.figure_id,
            relation = 'equal' and coefficient = 1
            and terms.figure_id is not null and divisor_figure_id is null
        from stg_reference__contradictions as statements
        inner join stg_reference__printed_evidence as terms
            on statements.contradiction_id = terms.statement_id
    """):
        found.setdefault(figure, []).append(part)
        if not is_plain:
            others.add(figure)
    return {figure: parts for figure, parts in found.items() if figure not in others}


def accusing(report: Report, *figures: Figure) -> Report:
    """The report, where these figures are accused too, and are as they are given."""
    changed = {figure.figure_id: figure for figure in figures}
    return replace(
        report, figures={**report.figures, **changed}, accused=report.accused | changed.keys()
    )


def test_the_print_agrees_with_itself_where_it_is_not_accused(report: Report) -> None:
    """What is taken as known of the printed numbers is lawful: no figure speaks against it."""
    assert report.disagreements() == []
    silent = report.accused | report.read_otherwise
    heard = [figure for name, figure in report.figures.items() if name not in silent]
    assert len(heard) > 1000
    disproved = [
        figure.figure_id for figure in heard if not figure.window.meets(value_of(report, figure))
    ]
    assert disproved == []
    proved = sum(value_of(report, figure).is_bounded for figure in heard)
    assert proved > len(heard) / 2


def test_no_other_reading_explains_a_contradiction(
    report: Report, summed: Mapping[str, list[str]]
) -> None:
    assert report.accused <= report.figures.keys()
    explained = {
        name: readings
        for name in sorted(report.accused)
        if (readings := fitting(report, report.figures[name], summed.get(name, [])))
    }
    assert report.accused, "no contradiction is listed: nothing was looked at"
    assert explained == {}


@pytest.mark.parametrize(
    ("figure", "reading"),
    [
        ("N010", "as it stands"),
        ("N015", "as it stands"),
        ("N062", "among all of base NON_NEUTRAL"),
        ("N065", "all but after PHC"),
        ("N077", "as it stands"),
        ("N084", "as it stands"),
        ("N091", "as it stands"),
        ("T01|Total|actions|count", "as it stands"),
    ],
)
def test_what_another_reading_explains_is_not_accused(
    report: Report, figure: str, reading: str
) -> None:
    with_it = accusing(report, report.figures[figure])
    assert reading in fitting(with_it, with_it.figures[figure], [])


@pytest.mark.parametrize("measure", ["emploi_durable", "suite_parcours_iae"])
def test_two_tables_contradict_each_other_whatever_each_divides_by(
    report: Report, measure: str
) -> None:
    """Base COMPLETE would explain the share of T05; it is the other table's cell all the same."""
    figure = report.figures[f"T05|2024|{measure}|share"]
    assert fitting(report, figure, []) == []
    alone = {name: one for name, one in report.figures.items() if not name.startswith("T12|Total")}
    readings = fitting(replace(report, figures=alone), figure, [])
    assert any(reading.endswith("over base COMPLETE") for reading in readings)


def test_a_sum_of_parts_accuses_its_total_only_with_what_keeps_them_apart(
    report: Report, summed: Mapping[str, list[str]]
) -> None:
    """The cells of T04's total row do not, alone: an action might be in two groups."""
    total = report.figures["T04|Total|total|count"]
    assert total.figure_id not in summed
    groups = (
        "acces_logement_hebergement",
        "dossier_logement_hebergement",
        "accompagnement_salarie",
    )
    parts = [f"T04|Total|{group}|count" for group in groups]
    assert fitting(report, total, parts) == ["what is in several parts counted once"]


@pytest.mark.parametrize(
    ("figure", "printed"),
    [
        ("N088", 300),  # neutral exits, printed in T11 too
        ("N013", 440),  # more people in Charente than T08 allows
        ("N062", 700),  # more check-ups than all who exited could add
        ("N065", 600),  # fewer rights opened than without anybody after PHC
        ("N089", 30),
        ("T12|08-Rouen|total|share", 45),
        ("T14|Total|situation_amelioree|share", 30),
    ],
)
def test_what_nothing_explains_may_be_accused(report: Report, figure: str, printed: float) -> None:
    wrong = replace(report.figures[figure], printed=printed)
    assert fitting(accusing(report, wrong), wrong, []) == []


@pytest.mark.parametrize("audience", ["public", "internal"])
def test_an_edition_accuses_the_report_of_what_is_proven_only(
    report: Report, summed: Mapping[str, list[str]], editions: Path, audience: str
) -> None:
    file = edition_file(editions, read_pointer(editions).edition, audience)
    with duckdb.connect(file, read_only=True) as connection:
        accused = {
            figure
            for (figure,) in connection.execute(
                "select figure_id from contradictions union "
                "select figure_id from mart_report_reconciliation where status = 'contradicted'"
            ).fetchall()
        }
    assert accused
    assert accused <= report.accused
    for name in accused:
        assert fitting(report, report.figures[name], summed.get(name, [])) == []
