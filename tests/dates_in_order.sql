-- Dates follow each other and fall in the year that their row reports on. One row per broken rule.
{{ config(fail_calc='coalesce(sum(rows_against), 0)') }}
{{ broken_rule(
    ref('fct_exits'), 'exit before entry',
    'exit_date < entry_date'
) }}
union all
{{ broken_rule(
    ref('fct_pathway_years'), 'entry after the year of the delivery',
    'extract(year from entry_date) > reporting_year'
) }}
union all
{{ broken_rule(
    ref('stg_exports__sorties'), 'exit outside the year of its row',
    'extract(year from exit_date) != reporting_year'
) }}
union all
{{ broken_rule(
    ref('stg_exports__actions'), 'action outside the year of its row',
    'extract(year from action_date) != reporting_year'
) }}
