select
    indicator_id,
    reporting_year,
    geography_id,
    population,
    breakdown,
    value,
    value_lower,
    value_upper
from {{ ref('mart_indicator_intervals') }}
