select
    {{ text('report_id') }} as report_id,
    {{ text('label_fr') }} as label_fr,
    {{ whole_number('reporting_year') }} as reporting_year,
    {{ text('figure_prefix') }} as figure_prefix
from {{ ref('reports') }}
