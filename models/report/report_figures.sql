-- Every figure that the reports print, tables and prose alike; blank cells are no figures.
select
    concat_ws(
        '|', reports.figure_prefix, substring(cells.table_id, 1, 3), cells.row_label, cells.measure, cells.kind
    ) as figure_id,
    cells.report_id,
    cells.table_id,
    cells.row_label,
    cells.measure,
    cells.kind,
    cells.value as printed,
    'rounded' as precision,
    -- a row of the evolution table is a year, its total row covers the whole span
    coalesce(try_cast(cells.row_label as int), try_cast(split_part(cells.year, '-', 1) as int)) as first_year,
    coalesce(
        try_cast(cells.row_label as int), try_cast(reverse(split_part(reverse(cells.year), '-', 1)) as int)
    ) as last_year,
    null as held_by,
    cells.line_in_file as printed_order
from {{ ref('stg_reference__published_tables') }} as cells
inner join {{ ref('stg_reference__reports') }} as reports on cells.report_id = reports.report_id
where cells.value is not null
{%- for list, held_by in {'narrative': 'null', 'not_held': 'held_by'}.items() %}
union all
select
    figure_id,
    report_id,
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
