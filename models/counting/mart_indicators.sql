-- One row per indicator x year x geography x population x breakdown value, also where nobody is counted.
-- Open breakdowns (partners' names) have rows only where something was counted.
with breakdowns as (
    select * from {{ ref('dim_indicator_breakdowns') }}
),

by_column as (
    select
        reporting_year,
        geography_id,
        population,
        indicator_column,
        numerator,
        denominator,
        null::double as measure
    from {{ ref('agg_people') }}
    union all
    select
        reporting_year,
        geography_id,
        population,
        indicator_column,
        numerator,
        denominator,
        null::double as measure
    from {{ ref('agg_worksites') }}
    union all
    select
        reporting_year,
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
        by_column.reporting_year,
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
        reporting_year,
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
        years.reporting_year,
        places.geography_id,
        populations.population,
        breakdowns.breakdown
    from breakdowns
    cross join {{ ref('dim_reporting_years') }} as years
    cross join places
    cross join populations
),

completed as (
    select
        coalesce(spine.indicator_id, counted.indicator_id) as indicator_id,
        coalesce(spine.reporting_year, counted.reporting_year) as reporting_year,
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
            and spine.reporting_year = counted.reporting_year
            and spine.geography_id = counted.geography_id
            and spine.population = counted.population
            and spine.breakdown = counted.breakdown
)

select
    completed.indicator_id,
    completed.reporting_year,
    completed.geography_id,
    completed.population,
    completed.breakdown,
    case when catalogue.statistic in ('share', 'count') then completed.numerator end::double as numerator,
    case when catalogue.statistic != 'count' then completed.denominator end::double as denominator,
    case catalogue.statistic
        when 'share' then completed.numerator / nullif(completed.denominator, 0)
        when 'count' then completed.numerator
        else completed.measure
    end::double as value
from completed
inner join {{ ref('stg_reference__indicators') }} as catalogue on completed.indicator_id = catalogue.indicator_id
