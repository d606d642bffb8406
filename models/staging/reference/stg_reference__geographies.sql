select
    {{ text('geography_id') }} as geography_id,
    {{ text('geography_level') }} as geography_level,
    {{ text('label_fr') }} as label_fr,
    {{ text('label_en') }} as label_en
from {{ ref('geographies') }}
