select
    {{ text('referrer') }} as referrer,
    {{ text('label_fr') }} as label_fr,
    {{ text('label_en') }} as label_en,
    {{ whole_number('sort_order') }} as sort_order,
    {{ validity(['referrer']) }}
from {{ ref('referrers') }}
