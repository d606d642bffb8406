-- One row per indicator x period x geography x population x breakdown value, also where nobody is counted.
-- Open breakdowns (partners' names) have rows only where something was counted.
{#- what rows say of a whole year is known of no other period -#}
{%- set is_known = '(periods.reporting_year is not null or not catalogue.needs_whole_year)' %}
with breakdowns as (
    select * from {{ ref('dim_indicator_breakdowns') }}
),

by_column as (
    select
        period_id,
        geography_id,
        population,
        indicator_column,
        numerator,
        denominator,
        null::double as measure
    from {{ ref('agg_people') }}
    union all
    select
        period_id,
        geography_id,
        population,
        indicator_column,
        numerator,
        denominator,
        null::double as measure
    from {{ ref('agg_worksites') }}
    union all
    select
        period_id,
        geography_id,
        population,
        indicator_column,
        null as numerator,
        denominator,
        measure
    from {{ ref('agg_measures') }}
),

counted as (
    select
        breakdowns.indicator_id,
        by_column.period_id,
        by_column.geography_id,
        by_column.population,
        breakdowns.breakdown,
        by_column.numerator,
        by_column.denominator,
        by_column.measure
    from by_column
    inner join breakdowns on by_column.indicator_column = breakdowns.indicator_column
    union all
    select
        indicator_id,
        period_id,
        geography_id,
        population,
        breakdown,
        numerator,
        denominator,
        null as measure
    from {{ ref('agg_partners') }}
),

places as (
    select distinct geography_id
    from {{ ref('dim_geographies') }}
),

populations as (
    select distinct population
    from {{ ref('dim_populations') }}
),

spine as (
    select
        breakdowns.indicator_id,
        periods.period_id,
        places.geography_id,
        populations.population,
        breakdowns.breakdown
    from breakdowns
    cross join {{ ref('dim_reporting_periods') }} as periods
    cross join places
    cross join populations
),

completed as (
    select
        coalesce(spine.indicator_id, counted.indicator_id) as indicator_id,
        coalesce(spine.period_id, counted.period_id) as period_id,
        coalesce(spine.geography_id, counted.geography_id) as geography_id,
        coalesce(spine.population, counted.population) as population,
        coalesce(spine.breakdown, counted.breakdown) as breakdown,
        coalesce(counted.numerator, 0) as numerator,
        coalesce(counted.denominator, 0) as denominator,
        counted.measure
    from spine
    full outer join counted
        on
            spine.indicator_id = counted.indicator_id
            and spine.period_id = counted.period_id
            and spine.geography_id = counted.geography_id
            and spine.population = counted.population
            and spine.breakdown = counted.breakdown
)

select
    completed.indicator_id,
    completed.period_id,
    completed.geography_id,
    completed.population,
    completed.breakdown,
    case when {{ is_known }} and catalogue.statistic in ('share', 'count') then completed.numerator end::double
        as numerator,
    case when {{ is_known }} and catalogue.statistic != 'count' then completed.denominator end::double as denominator,
    case
        when not {{ is_known }} then null
        when catalogue.statistic = 'share' then completed.numerator / nullif(completed.denominator, 0)
        when catalogue.statistic = 'count' then completed.numerator
        else completed.measure
    end::double as value
from completed
inner join {{ ref('stg_reference__indicators') }} as catalogue on completed.indicator_id = catalogue.indicator_id
inner join {{ ref('dim_reporting_periods') }} as periods on completed.period_id = periods.period_id
