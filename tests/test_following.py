"""What follows from cells is what dbt's models make of them: of the true ones, of those shown."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from conftest import Built
from cvg_warehouse.publication.editions.following import over_shown_cells
from cvg_warehouse.publication.editions.pointer import edition_file, read_pointer

TABLES = ("mart_indicator_intervals", "mart_officer_impact", "mart_report_reconciliation")


def file_of(editions: Path, audience: str) -> Path:
    return edition_file(editions, read_pointer(editions).edition, audience)


@pytest.fixture
def public(editions: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(file_of(editions, "public"), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("table", TABLES)
def test_of_the_true_cells_it_is_what_dbt_built(built: Built, table: str) -> None:
    with duckdb.connect() as warehouse:
        warehouse.execute("attach ':memory:' as edition")
        warehouse.execute(f"attach '{built.warehouse}' as built (read_only)")
        warehouse.execute("use built")
        warehouse.execute("create table edition.mart_indicators as from edition__mart_indicators")
        built_by_dbt = warehouse.execute(f"from edition__{table} order by all").fetchall()
        made = over_shown_cells(f"edition__{table}")
        assert warehouse.execute(f"from ({made}) order by all").fetchall() == built_by_dbt
        assert len(built_by_dbt) > 100
        # Other cells give something else: it is these that are read.
        warehouse.execute("update edition.mart_indicators set numerator = numerator + 3")
        assert warehouse.execute(f"from ({made}) order by all").fetchall() != built_by_dbt


def test_public_intervals_are_those_of_the_shown_counts(
    public: duckdb.DuckDBPyConnection,
) -> None:
    rows = public.execute("""
        select cells.numerator, cells.denominator, cells.value,
            intervals.value, intervals.value_lower, intervals.value_upper
        from mart_indicator_intervals as intervals
        inner join mart_indicators as cells
            using (indicator_id, reporting_year, geography_id, population, breakdown)
    """).fetchall()
    shown = public.execute("""
        select count(*) from mart_indicators inner join indicators using (indicator_id)
        where statistic = 'share' and status = 'shown'
    """).fetchall()
    assert [(len(rows),)] == shown
    counts, bases, value, repeated, lower, upper = np.array(rows, dtype=float).T
    expected = proportion_confint(counts, bases, method="wilson")
    np.testing.assert_allclose(lower, expected[0], atol=1e-12)
    np.testing.assert_allclose(upper, expected[1], atol=1e-12)
    np.testing.assert_array_equal(value, repeated)
    np.testing.assert_allclose(value, counts / bases, atol=1e-12)
    assert (value >= 0).all() and (value <= 1).all()


def test_the_computed_side_of_the_print_is_made_of_shown_cells(
    public: duckdb.DuckDBPyConnection, built: Built
) -> None:
    """Figures that are one count or one share: the cell itself. How far off is never said."""
    terms: dict[str, list[tuple[str, ...]]] = {}
    for figure, *term in built.query(
        "select figure_id, side, counted, indicator_id, reporting_year, geography_id, population, "
        "breakdown from report_terms where coefficient = 1"
    ):
        terms.setdefault(figure, []).append(tuple(term))
    figures = {
        figure: (kind, computed, difference)
        for figure, kind, computed, difference in public.execute(
            "select figure_id, kind, computed, difference from mart_report_reconciliation"
        ).fetchall()
    }
    cells = {
        tuple(key): (numerator, value)
        for *key, numerator, value in public.execute(
            "select indicator_id, reporting_year, geography_id, population, breakdown, numerator, "
            "value from mart_indicators where status = 'shown'"
        ).fetchall()
    }
    assert {difference for _, _, difference in figures.values()} == {None}
    compared = 0
    for figure, (kind, computed, _) in figures.items():
        own = terms.get(figure, [])
        counted = {(side, part) for side, part, *_ in own}
        one_cell = len({tuple(key) for _, _, *key in own}) == 1
        if computed is None or not one_cell or ("top", "numerator") not in counted:
            continue
        numerator, value = cells.get(tuple(own[0][2:]), (0, None))
        if kind == "count":
            assert computed == numerator, figure
        else:
            assert computed == pytest.approx(100 * value), figure
        compared += 1
    assert compared > 200
