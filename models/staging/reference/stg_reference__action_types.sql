select
    {{ text('domain') }} as domain,
    {{ text('action_type') }} as action_type,
    {{ text('action_group') }} as action_group,
    {{ whole_number('sort_order') }} as sort_order
from {{ ref('action_types') }}
