select
    {{ text('nationality') }} as nationality,
    {{ text('column_name') }} as column_name,
    {{ text('label_fr') }} as label_fr,
    {{ text('label_en') }} as label_en,
    {{ whole_number('sort_order') }} as sort_order,
    {{ validity(['nationality']) }}
from {{ ref('nationalities') }}
