-- Every place that an indicator is shown for, and the territories that make it up. A territory is itself and part of the
-- whole for ever; the group that it belongs to may change.
with territories as (
    select * from {{ ref('stg_reference__territories') }}
)

select distinct
    territory_id as geography_id,
    'territory' as geography_level,
    territory_id,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to
from territories
union all
select distinct
    places.geography_id,
    places.geography_level,
    territories.territory_id,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to
from {{ ref('stg_reference__geographies') }} as places
cross join territories
where places.geography_level = 'national'
union all
select
    places.geography_id,
    places.geography_level,
    territories.territory_id,
    territories.valid_from,
    territories.valid_to
from {{ ref('stg_reference__geographies') }} as places
inner join territories on places.geography_id = territories.urbanity
where places.geography_level = 'urbanity'
