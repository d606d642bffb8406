select
    {{ text('reading_id') }} as reading_id,
    {{ text('figure_id') }} as figure_id,
    {{ text('relation') }} as relation,
    {{ text('explanation') }} as explanation,
    {{ text('explanation_fr') }} as explanation_fr
from {{ ref('other_readings') }}
