"""What the public edition shows of the published models, once `protected_cells` says which cells.

A row is kept, left out or blanked by the keys of its cells. What follows from cells is computed
from those that are shown, by the model's own SQL (`following.py`), so that it says nothing else.
"""

from cvg_warehouse.publication.disclosure.grid import KEYS
from cvg_warehouse.publication.disclosure.rules import load_rules
from cvg_warehouse.publication.editions.following import over_shown_cells

CELL = ", ".join(KEYS)


def _decides(count: str) -> str:
    """The cell that holds `asked` or `known` of an unknown cell, as far as it is public."""
    return f"""
        left join protected_cells as {count}
            on unknown.{count}_indicator_id = {count}.indicator_id
            and unknown.{count}_breakdown = {count}.breakdown
            and years.reporting_year = {count}.reporting_year
            and unknown.geography_id = {count}.geography_id
            and unknown.population = {count}.population
    """


# A cell is `unknown` only where the counts that say so are shown themselves.
MASKED_CELLS = f"""
    with unknown as (
        select
            unknown.indicator_id, unknown.breakdown, years.reporting_year, unknown.geography_id,
            unknown.population
        from unknown_cells as unknown
        inner join dim_reporting_years as years using (period_id)
        {_decides("asked")}
        {_decides("known")}
        where if(asked_part = 'numerator', asked.numerator, asked.denominator) is not null
            and (
                known_indicator_id is null
                or if(known_part = 'numerator', known.numerator, known.denominator) is not null
            )
    )
    select cells.* replace (
        if(
            cells.status = 'not_applicable' and unknown.indicator_id is not null,
            'unknown',
            cells.status
        ) as status
    )
    from protected_cells as cells
    left join unknown using ({CELL})
"""
# A figure is open when all of its cells are in this edition, and none is masked. A value that did
# not occur has no cell anywhere.
_OPEN_FIGURES = f"""
    select terms.figure_id
    from report_terms as terms
    inner join mart_indicators as computed using ({CELL})
    left join edition.mart_indicators as cells using ({CELL})
    group by terms.figure_id
    having bool_and(cells.status is not null and cells.status != 'masked')
"""
# Indicators that are not public and count by names (of partners): by what is in no list of values.
# A row about them would give the names away.
_COUNT_BY_NAMES = """
    select indicator_id
    from (
        select indicator_id, unnest(string_split(breakdown, ' x ')) as list
        from edition__indicators
        where audience is distinct from 'public'
    )
    where list not in (select breakdown from edition__breakdown_values)
"""


def masked_tables() -> dict[str, str]:
    """The query of each table that the public edition does not take over as it is."""
    rules = load_rules()
    exact = ", ".join(f"'{unit}'" for unit in sorted(rules.shown_exactly))
    return {
        "indicators": f"""
            select * replace (
                if(counting_unit in ({exact}), 1, {rules.rounding.base}) as rounding
            )
            from edition__indicators
        """,
        "mart_indicator_intervals": f"""
            select * from ({over_shown_cells("edition__mart_indicator_intervals")})
            where value is not null
        """,
        # The adjusted ratio would be of those territories alone that happen to be shown.
        "mart_officer_impact": f"""
            select * replace (
                null as adjusted_ratio, null as adjusted_ratio_lower, null as adjusted_ratio_upper
            )
            from ({over_shown_cells("edition__mart_officer_impact")})
        """,
        # Whether the print comes out is judged by the true counts; how far it is from what is shown
        # says nothing. Parts that are each rounded may add up to more than the whole.
        "mart_report_reconciliation": f"""
            with open_figures as ({_OPEN_FIGURES})
            select figures.* exclude (is_open, from_shown) replace (
                if(is_open, printed, null) as printed,
                if(is_open, if(kind = 'share' and from_shown > 100, 100, from_shown), null)
                    as computed,
                null as difference,
                if(is_open, status, 'masked') as status,
                if(is_open, contradiction_id, null) as contradiction_id,
                if(is_open, reading_id, null) as reading_id
            )
            from (
                select
                    judged.*,
                    figure_id in (from open_figures)
                        or judged.status in ('not_held', 'not_comparable') as is_open,
                    shown.computed as from_shown
                from edition__mart_report_reconciliation as judged
                inner join ({over_shown_cells("edition__mart_report_reconciliation")}) as shown
                    using (figure_id)
                where figure_id not in (
                    select figure_id from report_terms where indicator_id in ({_COUNT_BY_NAMES})
                )
            ) as figures
        """,
        # What an item shows in a coarser form is no longer the table that is printed.
        "report_items": """
            select items.* replace (
                if(seed.public_measures is null, items.table_id, null) as table_id,
                coalesce(seed.public_measures, items.measures) as measures,
                seed.coarser_because as coarser_because
            )
            from edition__report_items as items
            inner join report_item_list as seed using (item)
        """,
        "report_item_indicators": """
            select * exclude (audience) from report_item_indicators where audience = 'public'
        """,
        "report_item_terms": f"""
            select * from edition__report_item_terms
            anti join (
                select item, figure_id, row_label, measure
                from edition__report_item_terms
                where indicator_id in ({_COUNT_BY_NAMES})
            ) using (item, figure_id, row_label, measure)
        """,
        **{
            name: f"select * from edition__{name} where figure_id in ({_OPEN_FIGURES})"
            for name in ("contradictions", "other_readings")
        },
    }
