select
    line_in_file,
    {{ whole_number('item') }} as item,
    {{ text('figure_id') }} as figure_id,
    {{ text('label_fr') }} as label_fr
from {{ ref('report_item_figures') }}
