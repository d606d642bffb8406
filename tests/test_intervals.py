"""The intervals that SQL computes against those of statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from conftest import Built

IMPACT = """
    select * from mart_officer_impact
    where with_reached > 0 and without_reached > 0
        and with_reached < with_people and without_reached < without_people
    order by outcome, reporting_year, geography_id, population
"""


def test_wilson_interval_of_shares(built: Built) -> None:
    rows = built.query("""
        select cells.numerator, cells.denominator, intervals.value_lower, intervals.value_upper
        from mart_indicator_intervals as intervals
        inner join mart_indicators as cells
            using (indicator_id, reporting_year, geography_id, population, breakdown)
        where cells.reporting_year = 2024
    """)
    assert len(rows) > 1000
    counts, bases, lower, upper = np.array(rows, dtype=float).T
    expected = proportion_confint(counts, bases, method="wilson")
    # Floating point strays from 0 and 1 by 1e-17; what is published does not.
    assert lower.min() == 0 and upper.max() == 1
    assert not np.signbit(lower).any()
    np.testing.assert_allclose(lower, expected[0], atol=1e-12)
    np.testing.assert_allclose(upper, expected[1], atol=1e-12)


def test_difference_and_ratio_with_and_without_an_officer(built: Built) -> None:
    rows = built.rows(IMPACT)
    assert len(rows) > 50
    for row in rows:
        groups = [
            row["with_reached"],
            row["with_people"],
            row["without_reached"],
            row["without_people"],
        ]
        expected = confint_proportions_2indep(*groups, method="newcomb", compare="diff")
        assert (row["difference_lower"], row["difference_upper"]) == pytest.approx(expected)
        reached, people = np.array([groups[0], groups[2]]), np.array([groups[1], groups[3]])
        table = Table2x2(np.column_stack([reached, people - reached]))
        assert row["ratio"] == pytest.approx(table.riskratio)
        assert (row["ratio_lower"], row["ratio_upper"]) == pytest.approx(
            table.riskratio_confint(0.05)
        )


def test_ratio_adjusted_for_territory(built: Built) -> None:
    strata = """
        select with_reached, with_people - with_reached as with_others,
            without_reached, without_people - without_reached as without_others
        from mart_officer_impact
        where outcome = '{outcome}' and reporting_year = {reporting_year} and population = 'all'
            and geography_id in (select territory_id from dim_territories)
            and with_people > 0 and without_people > 0
    """
    wholes = [
        row
        for row in built.rows(IMPACT)
        if (row["geography_id"], row["population"]) == ("Total", "all")
    ]
    assert len(wholes) > 4
    for row in wholes:
        tables = np.array(built.query(strata.format(**row)), dtype=float).reshape(-1, 2, 2)
        pooled = StratifiedTable(list(tables))
        assert row["adjusted_ratio"] == pytest.approx(pooled.riskratio_pooled)
        assert row["adjusted_ratio_lower"] < row["adjusted_ratio"] < row["adjusted_ratio_upper"]


def test_adjusted_interval_of_one_territory_is_its_own(built: Built) -> None:
    """With a single stratum the Greenland-Robins variance is that of the log method."""
    territories = [row for row in built.rows(IMPACT) if row["geography_id"][:2].isdigit()]
    assert len(territories) > 20
    for row in territories:
        adjusted = (row["adjusted_ratio_lower"], row["adjusted_ratio_upper"])
        assert adjusted == pytest.approx((row["ratio_lower"], row["ratio_upper"]))
