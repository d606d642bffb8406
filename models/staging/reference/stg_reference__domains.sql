select
    {{ text('domain') }} as domain,
    {{ text('label_fr') }} as label_fr,
    {{ text('label_en') }} as label_en,
    {{ whole_number('sort_order') }} as sort_order,
    {{ validity(['domain']) }}
from {{ ref('domains') }}
