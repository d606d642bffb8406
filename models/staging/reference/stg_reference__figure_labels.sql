select
    line_in_file,
    {{ text('label') }} as label,
    {{ text('label_fr') }} as label_fr
from {{ ref('figure_labels') }}
