-- Every place of a period, and the territories that make it up on its last day.
select
    periods.period_id,
    places.geography_id,
    places.geography_level,
    places.territory_id
from {{ ref('dim_reporting_periods') }} as periods
inner join {{ ref('dim_geographies') }} as places on {{ valid_on('places', 'periods.last_day') }}
