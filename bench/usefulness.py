"""How useful the public edition is: what it shows, and how far its rates are from the true ones.

    python -m bench.usefulness [--base REVISION] [--write]

The demo is built and published, by this state and by an earlier revision whose public edition was
masked and not rounded. Both are measured alike: which figures that the Bilan prints are shown,
which rates, and the error of those, in points. `--write` puts the tables into docs/disclosure.md.
"""

import re
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from bench.against import HOME, build, check_out
from bench.run import BENCH, PROJECT
from cvg_warehouse.publication.disclosure.rules import load_rules

PAGE = PROJECT / "docs" / "disclosure.md"
TABLES = re.compile(r"(?<=<!-- usefulness -->\n).*?(?=<!-- end -->)", re.DOTALL)
# The last revision whose public edition was made by suppression alone.
SUPPRESSION = "cb42d0c"

# True cells, and whether the threshold alone hides them, whatever else is masked.
CELLS = """
    create temp table cells as
    select
        cells.*, indicators.theme, indicators.statistic, indicators.audience,
        places.geography_level as level,
        indicators.counting_unit not in (select unnest($exact)) and (
            cells.denominator between 1 and $most
            or (statistic in ('count', 'share') and cells.numerator between 0 and $most)
            or (statistic = 'share' and cells.denominator - cells.numerator between 0 and $most)
        ) as is_small
    from truth.edition__mart_indicators as cells
    inner join truth.edition__indicators as indicators using (indicator_id)
    inner join truth.edition__geographies as places using (geography_id)
"""
# The figures of the Bilan that the exports give.
PRINTED = """
    create temp table printed as
    select
        min(cells.theme) as theme,
        if(bool_or(figures.row_label in (select territory_id from truth.dim_territories)),
            'territory', 'national') as level,
        min(figures.table_id) as table_id,
        bool_or(cells.is_small) as is_small,
        bool_or(before.status != 'masked') as before,
        bool_or(now.status != 'masked') as now,
        null::double as error_before,
        null::double as error
    from truth.report_terms as terms
    inner join cells
        using (indicator_id, reporting_year, geography_id, population, breakdown)
    inner join truth.edition__mart_report_reconciliation as figures using (figure_id)
    left join before.mart_report_reconciliation as before using (figure_id)
    left join now.mart_report_reconciliation as now using (figure_id)
    where figures.status != 'not_held'
    group by terms.figure_id
"""
RATES = """
    create temp table rates as
    select
        theme, level, null as table_id, is_small,
        before.value is not null as before,
        now.value is not null as now,
        100 * abs(before.value - cells.value) as error_before,
        100 * abs(now.value - cells.value) as error
    from cells
    left join before.mart_indicators as before
        using (indicator_id, reporting_year, geography_id, population, breakdown)
    left join now.mart_indicators as now
        using (indicator_id, reporting_year, geography_id, population, breakdown)
    where statistic = 'share' and audience = 'public' and population = 'all'
        and cells.value is not null
"""
MEASURES = """
    count(*), avg(before::int), avg(now::int), avg(now::int) filter (not is_small),
    median(error), quantile_cont(error, 0.95)
"""
ALL = "all"
HEAD = "before | now | now, of those not small"


def measure(warehouse: Path, before: Path, now: Path) -> str:
    """The tables, as they stand in the docs."""
    rules = load_rules()
    with duckdb.connect() as connection:
        for name, file in {"truth": warehouse, "before": before, "now": now}.items():
            connection.execute(f"attach '{file}' as {name} (read_only)")
        given = {"exact": sorted(rules.shown_exactly), "most": rules.threshold - 1}
        connection.execute(CELLS, given)
        connection.execute(PRINTED)
        connection.execute(RATES)
        territory_tables = connection.execute(
            f"select split_part(table_id, '_', 1), {MEASURES} from printed "
            "where level = 'territory' and table_id is not null group by rollup (1) order by all"
        ).fetchall()
        printed, rates = (
            {
                (theme or ALL, level or ALL): line
                for theme, level, *line in connection.execute(
                    f"select theme, level, {MEASURES} from {table} "
                    "group by grouping sets ((theme, level), (level), ())"
                ).fetchall()
            }
            for table in ("printed", "rates")
        )
    by_theme = sorted(printed | rates, key=lambda key: (key[0] == ALL, key))
    nothing: list[float | None] = [None] * 6
    return "\n".join(
        [
            _table(
                f"the Bilan's tables of territories | printed cells | {HEAD}",
                [[table or ALL, *_shares(line)] for table, *line in territory_tables],
            ),
            _table(
                f"theme | places | printed | {HEAD} | rates | {HEAD} | error, median | 95 % within",
                [
                    [
                        *key,
                        *_shares(printed.get(key, nothing)),
                        *_shares(rates.get(key, nothing)),
                        *(
                            "" if one is None else f"{one:.2f}"
                            for one in rates.get(key, nothing)[4:]
                        ),
                    ]
                    for key in by_theme
                ],
            ),
        ]
    )


def _shares(line: list[float | None]) -> list[str]:
    number, *shares = line[:4]
    written = ("" if one is None else f"{one:.0%}" for one in shares)
    return ["" if number is None else f"{number:,}", *written]


def _table(head: str, lines: list[list[str]]) -> str:
    rule = " | ".join("---" for _ in head.split(" | "))
    rows = [head, rule, *(" | ".join(line) for line in lines)]
    return "".join(f"| {row} |\n" for row in rows)


def _published(project: Path) -> tuple[Path, Path]:
    """The warehouse and the public edition that a state of the project makes of the demo."""
    run = build(project, "yes")
    made = HOME / f"{project.name}-made"
    files = sorted((made / "editions").glob("*-public.duckdb"))
    if run.status or not files:
        raise SystemExit(f"{project.name}: no edition was published\n{run.output[-2000:]}")
    return made / "cvg.duckdb", files[-1]


def main(
    base: Annotated[str, typer.Option(help="The revision that is compared.")] = SUPPRESSION,
    write: Annotated[bool, typer.Option(help="Put the tables into docs/disclosure.md.")] = False,
) -> None:
    """Measure, print, and write target/bench/usefulness.md."""
    _, before = _published(check_out(base))
    warehouse, now = _published(PROJECT)
    tables = measure(warehouse, before, now)
    print(tables)
    (BENCH / "usefulness.md").write_text(tables, encoding="utf-8")
    if write:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(TABLES.sub(lambda _: f"\n{tables}\n", page), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
