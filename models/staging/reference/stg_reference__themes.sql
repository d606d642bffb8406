select
    {{ text('theme') }} as theme,
    {{ whole_number('sort_order') }} as sort_order,
    {{ text('label_fr') }} as label_fr,
    {{ text('label_en') }} as label_en
from {{ ref('themes') }}
