-- A worksite's own indicators beside those of the territory that it lay in that year and of the whole programme.
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
),

placed as (
    select
        counted.*,
        -- of a year in which it supports nobody, and only has exits or follow-ups, the declared one is known
        coalesce(years.territory_id, declared.territory_id, worksites.territory_id) as territory_id
    from counted
    left join {{ ref('dim_worksite_years') }} as years
        on counted.worksite_id = years.worksite_id and counted.reporting_year = years.reporting_year
    left join {{ ref('stg_reference__worksites') }} as declared
        on
            counted.worksite_id = declared.worksite_id
            and {{ valid_on('declared', last_day('counted.reporting_year')) }}
    left join {{ ref('dim_worksites') }} as worksites on counted.worksite_id = worksites.worksite_id
)

select
    placed.worksite_id,
    placed.reporting_year,
    placed.territory_id,
    placed.indicator_id,
    placed.breakdown,
    case when catalogue.statistic in ('share', 'count') then placed.numerator end::double as numerator,
    case when catalogue.statistic != 'count' then placed.denominator end::double as denominator,
    case catalogue.statistic
        when 'share' then placed.numerator / placed.denominator
        when 'count' then placed.numerator
        else placed.measure
    end::double as value,
    territory.value as territory_value,
    whole.value as national_value
from placed
inner join {{ ref('stg_reference__indicators') }} as catalogue on placed.indicator_id = catalogue.indicator_id
left join {{ ref('mart_indicators') }} as territory
    on
        placed.territory_id = territory.geography_id
        and placed.reporting_year = territory.reporting_year
        and placed.indicator_id = territory.indicator_id
        and placed.breakdown = territory.breakdown
        and territory.population = 'all'
left join {{ ref('mart_indicators') }} as whole
    on
        whole.geography_id = 'Total'
        and placed.reporting_year = whole.reporting_year
        and placed.indicator_id = whole.indicator_id
        and placed.breakdown = whole.breakdown
        and whole.population = 'all'
