-- Every place that an indicator is shown for, and the territories that make it up.
with territories as (
    select * from {{ ref('dim_territories') }}
)

select
    territory_id as geography_id,
    'territory' as geography_level,
    territory_id
from territories
union all
select
    places.geography_id,
    places.geography_level,
    territories.territory_id
from {{ ref('stg_reference__geographies') }} as places
inner join territories
    on places.geography_level = 'national' or places.geography_id = territories.urbanity
