{{ config(materialized='view') }}
-- Two periods of a kind side by side, for every place and worksite: what differs, in number and in points, and what is
-- stable. Nothing is said of causes. A view: all pairs are many, and a reader asks for one.
with cells as (
    select
        'geography' as place_kind,
        geography_id as place_id,
        population,
        period_id,
        indicator_id,
        breakdown,
        numerator,
        denominator,
        value
    from {{ ref('mart_indicators_by_period') }}
    union all
    select
        'worksite' as place_kind,
        worksite_id as place_id,
        'all' as population,
        period_id,
        indicator_id,
        breakdown,
        numerator,
        denominator,
        value
    from {{ whole(ref('mart_worksite_indicators')) }}
),

pairs as (
    select
        later.period_id,
        earlier.period_id as earlier_period_id,
        earlier.first_day = {{ months_after('later.first_day', -12) }} as is_year_before
    from {{ ref('dim_reporting_periods') }} as later
    inner join {{ ref('dim_reporting_periods') }} as earlier
        on later.period_kind = earlier.period_kind and later.first_day > earlier.first_day
),

side_by_side as (
    select
        cells.place_kind,
        cells.place_id,
        cells.population,
        cells.indicator_id,
        cells.breakdown,
        pairs.period_id,
        pairs.earlier_period_id,
        pairs.is_year_before,
        {%- for column in ['numerator', 'denominator', 'value'] %}
        max(case when cells.period_id = pairs.period_id then cells.{{ column }} end) as {{ column }},
        max(case when cells.period_id = pairs.earlier_period_id then cells.{{ column }} end) as earlier_{{ column }},
        {%- endfor %}
        count(case when cells.period_id = pairs.period_id then 1 end) = 0 as has_no_row,
        count(case when cells.period_id = pairs.earlier_period_id then 1 end) = 0 as had_no_row
    from pairs
    inner join cells on pairs.period_id = cells.period_id or pairs.earlier_period_id = cells.period_id
    group by
        cells.place_kind,
        cells.place_id,
        cells.population,
        cells.indicator_id,
        cells.breakdown,
        pairs.period_id,
        pairs.earlier_period_id,
        pairs.is_year_before
),

-- a cell that has no row counts nothing, where the place has any of the period
in_both as (
    select *
    from side_by_side
    qualify
        not bool_and(has_no_row)
            over (partition by place_kind, place_id, period_id, earlier_period_id, is_year_before)
        and not bool_and(had_no_row)
            over (partition by place_kind, place_id, period_id, earlier_period_id, is_year_before)
),

compared as (
    select
        sides.place_kind,
        sides.place_id,
        sides.population,
        sides.indicator_id,
        sides.breakdown,
        sides.period_id,
        sides.earlier_period_id,
        sides.is_year_before,
        catalogue.statistic,
        sides.numerator,
        sides.earlier_numerator,
        sides.denominator,
        sides.earlier_denominator,
        case when catalogue.statistic = 'count' and sides.has_no_row then 0 else sides.value end as value,
        case when catalogue.statistic = 'count' and sides.had_no_row then 0 else sides.earlier_value end
            as earlier_value
    from in_both as sides
    inner join {{ ref('stg_reference__indicators') }} as catalogue on sides.indicator_id = catalogue.indicator_id
),

differing as (
    select
        *,
        case when statistic = 'share' then numerator - earlier_numerator else value - earlier_value end
            as difference_in_number,
        case when statistic = 'share' then 100 * (value - earlier_value) end as difference_in_points
    from compared
)

select
    place_kind,
    place_id,
    population,
    indicator_id,
    breakdown,
    period_id,
    earlier_period_id,
    is_year_before,
    denominator,
    earlier_denominator,
    value,
    earlier_value,
    difference_in_number,
    difference_in_points,
    case
        when statistic = 'share' then abs(difference_in_points) <= {{ var('stable_within_points') }}
        else abs(value - earlier_value) <= {{ var('stable_within_percent') }} / 100.0 * abs(earlier_value)
    end as is_stable
from differing
