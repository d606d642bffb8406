select
    {{ text('territory_id') }} as territory_id,
    {{ text('name') }} as territory_name,
    {{ whole_number('launched') }} as launch_year,
    {{ text('urbanity') }} as urbanity,
    {{ validity(['territory_id']) }}
from {{ ref('territories') }}
