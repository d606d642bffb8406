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
    urbanity as geography_id,
    'urbanity' as geography_level,
    territory_id
from territories
union all
select
    'Total' as geography_id,
    'national' as geography_level,
    territory_id
from territories
