"""What the checks of the exports found: `mart_data_findings` in one line for each check.

A line names where to look first; it holds no value, no count of people and no identifier.
"""

from pathlib import Path

import duckdb

WARNED_BY = "data_checks_warn"
"""The data test that counts the findings that are warnings."""
BY_CHECK = """
    select check_id, count(*) as findings, min(fix) as fix,
        arg_max(
            concat_ws(' ', nullif(export, ''), nullif(column_name, ''), place_id, reporting_year),
            (place_level = 'total', place_level = 'territory', reporting_year, rows_against)
        ) as example
    from mart_data_findings
    where state = 'found'
    group by check_id order by check_id
"""
NOT_CHECKED = """
    select distinct note from mart_data_findings
    where state = 'not_checked' and check_id != 'printed_report'
    order by note
"""
REPORTS = """
    select category, note from mart_data_findings
    where state = 'not_checked' and check_id = 'printed_report'
"""


def lines_by_check(warehouse: Path) -> list[str]:
    """How often each check found something, where first, and what to do."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        found = connection.execute(BY_CHECK).fetchall()
    return [
        f"data check {check_id}: {count:,} found, first {example}: {fix}"
        for check_id, count, fix, example in found
    ]


def numbers(warehouse: duckdb.DuckDBPyConnection) -> str:
    """How much was found, and what could not be looked at and why."""
    found = warehouse.execute(BY_CHECK).fetchall()
    findings = sum(count for _, count, *_ in found)
    said = f"{findings:,} found by {len(found)} checks, see mart_data_findings"
    notes = [note for (note,) in warehouse.execute(NOT_CHECKED).fetchall()]
    return "; ".join([said if findings else "nothing found", *notes])


def report_obstacles(warehouse: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Why a printed report cannot be compared with these exports, by report."""
    return dict(warehouse.execute(REPORTS).fetchall())
