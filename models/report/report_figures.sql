-- Every figure that the Bilan prints, tables and prose alike; blank cells are no figures.
select
    concat_ws('|', substring(table_id, 1, 3), row_label, measure, kind) as figure_id,
    table_id,
    row_label,
    measure,
    kind,
    value as printed,
    'rounded' as precision,
    -- a row of the evolution table is a year, its total row covers the whole span
    coalesce(try_cast(row_label as int), try_cast(split_part(year, '-', 1) as int)) as first_year,
    coalesce(try_cast(row_label as int), try_cast(reverse(split_part(reverse(year), '-', 1)) as int)) as last_year,
    null as held_by,
    line_in_file as printed_order
from {{ ref('stg_reference__published_tables') }}
where value is not null
{%- for list, held_by in {'narrative': 'null', 'not_held': 'held_by'}.items() %}
union all
select
    figure_id,
    null as table_id,
    geography_id as row_label,
    label as measure,
    kind,
    value as printed,
    case when kind = 'upper_bound' then kind else precision end as precision,
    reporting_year as first_year,
    reporting_year as last_year,
    {{ held_by }} as held_by,
    cast(null as bigint) as printed_order
from {{ ref('stg_reference__published_' ~ list) }}
{%- endfor %}
