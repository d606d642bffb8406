select
    system,
    label_fr,
    label_en
from {{ ref('stg_reference__other_systems') }}
