-- A worksite's own indicators of a year beside those of the territory that it lay in then and of the whole programme.
-- For the worksite alone, never published.
with placed as (
    select
        own.*,
        years.reporting_year,
        -- of a year in which it supports nobody, and only has exits or follow-ups, the declared one is known
        coalesce(worksite_years.territory_id, declared.territory_id, worksites.territory_id) as territory_id
    from {{ whole(ref('mart_worksite_indicators')) }} as own
    inner join {{ ref('dim_reporting_years') }} as years on own.period_id = years.period_id
    left join {{ ref('dim_worksite_years') }} as worksite_years
        on own.worksite_id = worksite_years.worksite_id and years.reporting_year = worksite_years.reporting_year
    left join {{ ref('stg_reference__worksites') }} as declared
        on
            own.worksite_id = declared.worksite_id
            and {{ valid_on('declared', last_day('years.reporting_year')) }}
    left join {{ ref('dim_worksites') }} as worksites on own.worksite_id = worksites.worksite_id
)

select
    placed.worksite_id,
    placed.reporting_year,
    placed.territory_id,
    placed.indicator_id,
    placed.breakdown,
    placed.numerator,
    placed.denominator,
    placed.value,
    territory.value as territory_value,
    whole.value as national_value
from placed
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
