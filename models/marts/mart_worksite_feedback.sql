-- A worksite's own indicators beside those of its territory and of the whole programme.
-- For the worksite alone, never published.
with by_column as (
    select
        geography_id as worksite_id,
        reporting_year,
        indicator_column,
        numerator,
        denominator,
        null::double as measure
    from {{ ref('agg_worksite_people') }}
    where denominator > 0
    union all
    select
        geography_id as worksite_id,
        reporting_year,
        indicator_column,
        null as numerator,
        denominator,
        measure
    from {{ ref('agg_worksite_measures') }}
),

counted as (
    select
        by_column.worksite_id,
        by_column.reporting_year,
        breakdowns.indicator_id,
        breakdowns.breakdown,
        by_column.numerator,
        by_column.denominator,
        by_column.measure
    from by_column
    inner join {{ ref('dim_indicator_breakdowns') }} as breakdowns
        on by_column.indicator_column = breakdowns.indicator_column
    union all
    select
        worksite_id,
        reporting_year,
        indicator_id,
        breakdown,
        count(distinct case when state then counted_key end) as numerator,
        count(distinct counted_key) as denominator,
        null as measure
    from {{ ref('ind_partners') }}
    where worksite_id is not null
    group by worksite_id, reporting_year, indicator_id, breakdown
)

select
    counted.worksite_id,
    counted.reporting_year,
    counted.indicator_id,
    counted.breakdown,
    case when catalogue.statistic in ('share', 'count') then counted.numerator end::double as numerator,
    case when catalogue.statistic != 'count' then counted.denominator end::double as denominator,
    case catalogue.statistic
        when 'share' then counted.numerator / counted.denominator
        when 'count' then counted.numerator
        else counted.measure
    end::double as value,
    territory.value as territory_value,
    whole.value as national_value
from counted
inner join {{ ref('stg_reference__indicators') }} as catalogue on counted.indicator_id = catalogue.indicator_id
inner join {{ ref('dim_worksites') }} as worksites on counted.worksite_id = worksites.worksite_id
left join {{ ref('mart_indicators') }} as territory
    on
        worksites.territory_id = territory.geography_id
        and counted.reporting_year = territory.reporting_year
        and counted.indicator_id = territory.indicator_id
        and counted.breakdown = territory.breakdown
        and territory.population = 'all'
left join {{ ref('mart_indicators') }} as whole
    on
        whole.geography_id = 'Total'
        and counted.reporting_year = whole.reporting_year
        and counted.indicator_id = whole.indicator_id
        and counted.breakdown = whole.breakdown
        and whole.population = 'all'
