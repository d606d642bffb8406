-- What is said of each territory today; by which urbanity group it counted on a day is in dim_geographies.
select
    territory_id,
    territory_name,
    launch_year,
    urbanity
from {{ ref('stg_reference__territories') }}
qualify {{ is_latest_line('territory_id') }}
