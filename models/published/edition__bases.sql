select
    base,
    parent_base,
    label_fr,
    label_en
from {{ ref('stg_reference__bases') }}
