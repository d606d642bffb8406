select
    {{ text('exit_category') }} as exit_category,
    {{ text('category_group') }} as category_group,
    {{ text('label_fr') }} as label_fr,
    {{ text('label_en') }} as label_en,
    {{ whole_number('sort_order') }} as sort_order
from {{ ref('exit_categories') }}
