-- A worksite's own indicators in every period. For the worksite and its network alone, never published.
{%- set acted = ref('ind_partners') %}
with {{ kept_touched([acted], only={'partner_worksite': 'worksite_id'}) }}

by_column as (
    select
        geography_id as worksite_id,
        period_id,
        indicator_column,
        numerator,
        denominator,
        null::double as measure
    from {{ whole(ref('agg_worksite_people'), only={'partner_worksite': 'geography_id'}) }}
    where denominator > 0
    union all
    select
        geography_id as worksite_id,
        period_id,
        indicator_column,
        null as numerator,
        denominator,
        measure
    from {{ whole(ref('agg_worksite_measures'), only={'partner_worksite': 'geography_id'}) }}
),

counted as (
    select
        by_column.worksite_id,
        by_column.period_id,
        breakdowns.indicator_id,
        breakdowns.breakdown,
        by_column.numerator,
        by_column.denominator,
        by_column.measure
    from by_column
    inner join {{ ref('dim_indicator_breakdowns') }} as breakdowns
        on by_column.indicator_column = breakdowns.indicator_column
    union all
    -- an action has one row of an indicator and value, a partner one for each of its actions
    select
        worksite_id,
        period_id,
        indicator_id,
        breakdown,
        count(case when state then 1 end) as numerator,
        count(*) as denominator,
        null as measure
    from {{ touched_of(acted) }}
    where worksite_id is not null and partner_key = ''
    group by worksite_id, period_id, indicator_id, breakdown
    union all
    select
        worksite_id,
        period_id,
        indicator_id,
        breakdown,
        count(distinct case when state then partner_key end) as numerator,
        count(distinct partner_key) as denominator,
        null as measure
    from {{ touched_of(acted) }}
    where worksite_id is not null and partner_key != ''
    group by worksite_id, period_id, indicator_id, breakdown
)

select
    counted.worksite_id,
    counted.period_id,
    counted.indicator_id,
    counted.breakdown,
    case when catalogue.statistic in ('share', 'count') then counted.numerator end::double as numerator,
    case when catalogue.statistic != 'count' then counted.denominator end::double as denominator,
    case catalogue.statistic
        when 'share' then counted.numerator / counted.denominator
        when 'count' then counted.numerator
        else counted.measure
    end::double as value
from counted
inner join {{ ref('stg_reference__indicators') }} as catalogue on counted.indicator_id = catalogue.indicator_id
