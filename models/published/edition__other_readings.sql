select
    reading_id,
    figure_id,
    relation,
    explanation,
    explanation_fr
from {{ ref('stg_reference__other_readings') }}
