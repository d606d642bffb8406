-- What each is today.
select
    housing_type,
    housing_group,
    housing_level
from {{ ref('stg_reference__housing_types') }}
qualify {{ is_latest_line('housing_type') }}
