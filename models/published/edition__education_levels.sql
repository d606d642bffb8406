select
    education_level,
    label_fr
from {{ ref('stg_reference__education_levels') }}
