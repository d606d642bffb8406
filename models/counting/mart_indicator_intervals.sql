-- How sure a rate of few people is: the 95% Wilson interval of every share with a base.
select
    indicators.indicator_id,
    indicators.reporting_year,
    indicators.geography_id,
    indicators.population,
    indicators.breakdown,
    indicators.value,
    {{ wilson_bound('indicators.numerator', 'indicators.denominator', '-') }} as value_lower,
    {{ wilson_bound('indicators.numerator', 'indicators.denominator', '+') }} as value_upper
from {{ ref('mart_indicators') }} as indicators
inner join {{ ref('stg_reference__indicators') }} as catalogue on indicators.indicator_id = catalogue.indicator_id
where catalogue.statistic = 'share' and indicators.denominator > 0
