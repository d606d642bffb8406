-- One row per indicator x year x geography x population x breakdown value, also where nobody counts.
with spine as (
    select
        catalogue.indicator_id,
        years.reporting_year,
        places.geography_id,
        populations.population,
        catalogue.breakdown,
        catalogue.indicator_column,
        catalogue.statistic
    from {{ ref('dim_indicator_columns') }} as catalogue
    cross join {{ ref('dim_reporting_years') }} as years
    cross join (select distinct geography_id from {{ ref('dim_geographies') }}) as places
    cross join (select distinct population from {{ ref('dim_populations') }}) as populations
),

counted as (
    select
        spine.indicator_id,
        spine.reporting_year,
        spine.geography_id,
        spine.population,
        spine.breakdown,
        spine.statistic,
        coalesce(people.numerator, 0) as numerator,
        coalesce(people.denominator, measures.denominator, 0) as denominator,
        measures.value
    from spine
    left join {{ ref('agg_people') }} as people
        on
            spine.indicator_column = people.indicator_column
            and spine.reporting_year = people.reporting_year
            and spine.geography_id = people.geography_id
            and spine.population = people.population
    left join {{ ref('agg_measures') }} as measures
        on
            spine.indicator_column = measures.indicator_column
            and spine.reporting_year = measures.reporting_year
            and spine.geography_id = measures.geography_id
            and spine.population = measures.population
)

select
    indicator_id,
    reporting_year,
    geography_id,
    population,
    breakdown,
    case when statistic in ('share', 'count') then numerator end::double as numerator,
    case when statistic != 'count' then denominator end::double as denominator,
    case statistic
        when 'share' then numerator / nullif(denominator, 0)
        when 'count' then numerator
        else value
    end::double as value
from counted
