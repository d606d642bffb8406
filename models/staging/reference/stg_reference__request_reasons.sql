select
    {{ text('domain') }} as domain,
    {{ text('request_reason') }} as request_reason,
    {{ whole_number('sort_order') }} as sort_order
from {{ ref('request_reasons') }}
