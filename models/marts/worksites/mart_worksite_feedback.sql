-- A worksite's own indicators beside those of its territory and of the whole. For the worksite alone, never published.
select
    worksites.worksite_id,
    people.reporting_year,
    breakdowns.indicator_id,
    breakdowns.breakdown,
    people.numerator::double as numerator,
    case when breakdowns.statistic = 'share' then people.denominator end::double as denominator,
    case breakdowns.statistic
        when 'share' then people.numerator / people.denominator
        else people.numerator
    end::double as value,
    territory.value as territory_value,
    whole.value as national_value
from {{ ref('agg_worksite_people') }} as people
inner join {{ ref('dim_worksites') }} as worksites on people.geography_id = worksites.worksite_id
inner join {{ ref('dim_indicator_breakdowns') }} as breakdowns
    on people.indicator_column = breakdowns.indicator_column
left join {{ ref('mart_indicators') }} as territory
    on
        worksites.territory_id = territory.geography_id
        and people.reporting_year = territory.reporting_year
        and breakdowns.indicator_id = territory.indicator_id
        and breakdowns.breakdown = territory.breakdown
        and territory.population = 'all'
left join {{ ref('mart_indicators') }} as whole
    on
        whole.geography_id = 'Total'
        and people.reporting_year = whole.reporting_year
        and breakdowns.indicator_id = whole.indicator_id
        and breakdowns.breakdown = whole.breakdown
        and whole.population = 'all'
where people.denominator > 0
