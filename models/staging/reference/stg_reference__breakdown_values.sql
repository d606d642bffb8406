select
    {{ text('breakdown') }} as breakdown,
    {{ text('value') }} as value,
    {{ text('column_suffix') }} as column_suffix,
    {{ text('label_fr') }} as label_fr,
    {{ text('label_en') }} as label_en,
    {{ whole_number('sort_order') }} as sort_order
from {{ ref('breakdown_values') }}
