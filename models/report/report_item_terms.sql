-- What each printed table and each figure of the prose on an item is made of, for any year and place.
-- Rows of a closed list are written out; a place, a year or a value of an open list ({row}) is left to who shows it.
with items as (
    select * from {{ ref('report_item_list') }}
),

printed as (
    select
        substring(table_id, 1, 3) as table_id,
        row_label,
        measure,
        line_in_file
    from {{ ref('stg_reference__published_tables') }}
    where report_id in (select items.report_id from items)
),

printed_measures as (
    select
        table_id,
        measure,
        min(line_in_file) as measure_order
    from printed
    group by table_id, measure
),

printed_rows as (
    select
        table_id,
        row_label,
        min(line_in_file) as row_order
    from printed
    group by table_id, row_label
),

measures as (
    select * from {{ ref('report_measures') }}
    where report_id in (select items.report_id from items)
),

-- a line of the mapping that names the row goes before the one for all rows
table_rows as (
    select
        measures.table_id,
        coalesce(action_types.action_type, measures.row_label) as row_label,
        measures.measure,
        measures.indicator_id,
        case
            when measures.row_label = '*' and action_types.action_type is null then measures.breakdown
            else replace(measures.breakdown, '{row}', coalesce(action_types.action_type, measures.row_label))
        end as breakdown,
        measures.population,
        measures.counted,
        -- of a share the base is printed, or is shown beside a count that is printed alone
        case
            when catalogue.statistic = 'share' and measures.counted = 'numerator' then 'share'
            when measures.counted = 'value' then catalogue.statistic
            else 'count'
        end as kind
    from measures
    inner join {{ ref('stg_reference__indicators') }} as catalogue on measures.indicator_id = catalogue.indicator_id
    left join {{ ref('stg_reference__action_types') }} as action_types
        on
            measures.row_label = '*'
            and measures.breakdown = concat(action_types.domain, ' x {row}')
    left join measures as named
        on
            measures.table_id = named.table_id
            and measures.measure = named.measure
            and action_types.action_type = named.row_label
    where named.row_label is null
),

terms as (
    select
        items.item,
        table_rows.table_id as figure_id,
        table_rows.row_label,
        printed_rows.row_order,
        table_rows.measure,
        printed_measures.measure_order,
        null as label_fr,
        null as label_en,
        table_rows.kind,
        sides.side,
        1.0::double as coefficient,
        table_rows.indicator_id,
        table_rows.breakdown,
        0 as years_before,
        'Total' as geography_id,
        table_rows.population,
        case when sides.side = 'bottom' then 'denominator' else table_rows.counted end as counted
    from items
    inner join table_rows on items.table_id = table_rows.table_id
    inner join printed_measures
        on table_rows.table_id = printed_measures.table_id and table_rows.measure = printed_measures.measure
    left join printed_rows
        on table_rows.table_id = printed_rows.table_id and table_rows.row_label = printed_rows.row_label
    inner join (values ('top'), ('bottom')) as sides (side)
        on sides.side = 'top' or table_rows.kind = 'share'
    union all
    select
        figures.item,
        figures.figure_id,
        '*' as row_label,
        figures.line_in_file as row_order,
        'figure' as measure,
        0 as measure_order,
        figures.label_fr,
        narrative.label as label_en,
        narrative.kind,
        terms.side,
        terms.coefficient,
        terms.indicator_id,
        terms.breakdown,
        reports.reporting_year - terms.reporting_year as years_before,
        terms.geography_id,
        terms.population,
        terms.counted
    from {{ ref('stg_reference__report_item_figures') }} as figures
    inner join {{ ref('stg_reference__published_narrative') }} as narrative on figures.figure_id = narrative.figure_id
    inner join items on figures.item = items.item and narrative.report_id = items.report_id
    inner join {{ ref('stg_reference__reports') }} as reports on narrative.report_id = reports.report_id
    inner join {{ ref('stg_reference__narrative_terms') }} as terms on figures.figure_id = terms.figure_id
)

select
    item,
    figure_id,
    row_label,
    -- what is not printed comes after what is
    coalesce(row_order, 1000000)::bigint as row_order,
    measure,
    measure_order::bigint as measure_order,
    label_fr,
    label_en,
    kind,
    side,
    coefficient,
    indicator_id,
    breakdown,
    years_before,
    geography_id,
    population,
    counted
from terms
