select
    breakdown,
    value,
    column_suffix,
    label_fr,
    label_en,
    sort_order
from {{ ref('dim_breakdown_values') }}
