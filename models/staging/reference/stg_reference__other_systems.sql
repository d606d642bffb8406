select
    {{ text('system') }} as system,
    {{ text('label_fr') }} as label_fr,
    {{ text('label_en') }} as label_en
from {{ ref('other_systems') }}
