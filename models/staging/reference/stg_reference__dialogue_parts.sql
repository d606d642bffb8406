select
    {{ text('part') }} as part,
    cast({{ text('sort_order') }} as int) as sort_order,
    {{ text('label_fr') }} as label_fr,
    {{ text('content') }} as content
from {{ ref('dialogue_parts') }}
