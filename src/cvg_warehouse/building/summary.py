"""What a build ends with: a page that says what is in the warehouse, and what to do next."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
from rich import box
from rich.table import Table

from cvg_warehouse.building import findings
from cvg_warehouse.building.steps import Step
from cvg_warehouse.contracts.exports import EXPORTS
from cvg_warehouse.terminal import out, shown

FIGURES = {
    "reproduced": "reproduced",
    "other_reading": "right by another reading",
    "contradicted": "contradicted by the report itself",
    "not_held": "held by other systems than the exports",
    "not_reproduced": "not reproduced",
}
FIGURES_BY_REPORT = f"""
    select report_id, label_fr, if(table_id is null, 'prose', 'tables') as part,
        {", ".join(f"count(*) filter (status = '{status}')" for status in FIGURES)}
    from mart_report_reconciliation
    inner join stg_reference__reports using (report_id)
    group by report_id, label_fr, reporting_year, part
    order by reporting_year, report_id, part desc
"""
EXAMPLE = """\
select * from {{ ref('mart_exits') }} where reporting_year = 2024 and geography_id = '08-Rouen'"""


def print_summary(
    exports: Path, warehouse: Path, steps: list[Step], seconds: float, edition: str
) -> None:
    """Summarise a finished build on stdout; `edition` says what was published of it."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        exported = connection.execute(
            "select export, rows_loaded, is_synthetic from dim_exports "
            "order by list_position(?, export)",
            [EXPORTS],
        ).fetchall()
        ((years, territories),) = connection.execute(
            "select list(distinct reporting_year order by 1), count(distinct territory_id) "
            "from stg_exports__salaries"
        ).fetchall()
        reports = list(_reports(connection))
        checks = findings.numbers(connection)

    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("Exports", f"{shown(exports)}: {_nature(exported)}")
    table.add_row("Rows loaded", ", ".join(f"{name} {count:,}" for name, count, _ in exported))
    table.add_row("Data", f"years {_listed(years)}; {territories} territories")
    table.add_row("Models", f"{sum(step.kind == 'model' for step in steps)} built")
    table.add_row("Data tests", _outcomes(steps))
    table.add_row("Data checks", checks)
    for part, said in reports:
        table.add_row(f"Printed {part}", said)
    table.add_row("Warehouse", f"{shown(warehouse)}, built in {seconds:.0f} s")
    table.add_row("Edition", edition)
    out.print(table)
    # Outside the table, unwrapped: these lines are there to be copied.
    for line in (f'.venv/bin/dbt show --inline "{EXAMPLE}"', "make docs", "make app"):
        out.print(f"  Next: {line}", soft_wrap=True)


def _nature(exported: list[tuple[str, int, bool]]) -> str:
    synthetic = [is_synthetic for _, rows, is_synthetic in exported if rows]
    if synthetic and all(synthetic):
        return "synthetic, no real person's data"
    return "not the demo's; keep them safe"


def _listed(years: list[int | None]) -> str:
    return ", ".join(str(year) for year in years if year is not None) or "none"


def _outcomes(steps: list[Step]) -> str:
    counts = Counter(step.status for step in steps if step.kind == "test")
    failed = counts["fail"] + counts["error"]
    return f"{counts['pass']} passed, {counts['warn']} warned, {failed} failed"


def _reports(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    """Of each printed report, the oldest first: "tables" or "prose", and what became of them."""
    obstacles = findings.report_obstacles(connection)
    for report_id, label, part, *counts in connection.execute(FIGURES_BY_REPORT).fetchall():
        said = ", ".join(
            f"{count:,} {text}" for count, text in zip(counts, FIGURES.values(), strict=True)
        )
        obstacle = obstacles.get(report_id)
        yield part, f"{label}: {f'not comparable: {obstacle}' if obstacle else said}"
