select
    {{ text('worksite_id') }} as worksite_id,
    {{ text('territory_id') }} as territory_id,
    {{ text('note') }} as note,
    {{ validity(['worksite_id', 'territory_id']) }}
from {{ ref('worksite_territories') }}
