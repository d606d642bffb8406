select
    theme,
    sort_order,
    label_fr,
    label_en
from {{ ref('stg_reference__themes') }}
