select
    item,
    section,
    title_fr,
    kind,
    dimensions,
    indicator_ids,
    breakdown_pattern,
    geographies,
    populations,
    years,
    reference_seed,
    source_line,
    image
from {{ ref('stg_reference__report_items') }}
