-- The indicators of calendar years, which are periods among others.
select
    indicators.indicator_id,
    years.reporting_year,
    indicators.geography_id,
    indicators.population,
    indicators.breakdown,
    indicators.numerator,
    indicators.denominator,
    indicators.value
from {{ ref('mart_indicators_by_period') }} as indicators
inner join {{ ref('dim_reporting_years') }} as years on indicators.period_id = years.period_id
