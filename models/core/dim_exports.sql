-- What was loaded: the exports with their rows, and whether those rows are synthetic.
{%- set exports = ['salaries', 'sorties', 'actions', 'ateliers', 'suivi_post_sortie'] %}
{%- for export in exports %}
select
    '{{ export }}' as export,
    count(*) as rows_loaded,
    min(reporting_year) as first_year,
    max(reporting_year) as last_year,
    count(unreadable_columns) as rows_with_unreadable_values,
    count(case when source_file like 'demo%' then 1 end) = count(*) as is_synthetic
from {{ whole(ref('stg_exports__' ~ export)) }}
{{ 'union all' if not loop.last }}
{%- endfor %}
