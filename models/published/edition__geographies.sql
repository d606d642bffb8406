-- Territories, urbanity groups and all territories, with their names.
select
    territory_id as geography_id,
    'territory' as geography_level,
    territory_name as name_fr,
    territory_name as name_en,
    urbanity,
    launch_year
from {{ ref('dim_territories') }}
union all
select
    geography_id,
    geography_level,
    label_fr as name_fr,
    label_en as name_en,
    null as urbanity,
    null as launch_year
from {{ ref('stg_reference__geographies') }}
where geography_id in (select places.geography_id from {{ ref('dim_geographies') }} as places)
