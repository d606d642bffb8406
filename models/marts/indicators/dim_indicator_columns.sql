-- Every indicator with each value of its closed breakdowns, and the column that must hold it.
with breakdowns as (
    select
        indicator_id,
        statistic,
        counting_unit,
        breakdown,
        case when breakdown like '% x %' then split_part(breakdown, ' x ', 1) else breakdown end as first_key,
        case when breakdown like '% x %' then split_part(breakdown, ' x ', 2) end as second_key
    from {{ ref('stg_reference__indicators') }}
),

breakdown_values as (
    select * from {{ ref('stg_reference__breakdown_values') }}
)

select
    breakdowns.indicator_id,
    breakdowns.statistic,
    breakdowns.counting_unit,
    concat_ws(' x ', first_values.value, second_values.value) as breakdown,
    concat_ws(
        '__', replace(breakdowns.indicator_id, '.', '__'), first_values.column_suffix, second_values.column_suffix
    ) as indicator_column
from breakdowns
left join breakdown_values as first_values on breakdowns.first_key = first_values.breakdown
left join breakdown_values as second_values on breakdowns.second_key = second_values.breakdown
where
    (breakdowns.first_key is null or first_values.value is not null)
    and (breakdowns.second_key is null or second_values.value is not null)
