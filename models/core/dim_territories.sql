select
    territory_id,
    territory_name,
    launch_year,
    urbanity
from {{ ref('stg_reference__territories') }}
