select
    {{ text('contradiction_id') }} as contradiction_id,
    {{ text('figure_id') }} as figure_id,
    {{ text('relation') }} as relation,
    {{ text('explanation') }} as explanation
from {{ ref('contradictions') }}
