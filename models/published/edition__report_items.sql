select
    item,
    section,
    title_fr,
    kind,
    dimensions,
    table_id,
    measures,
    geographies,
    populations,
    years,
    reference_seed,
    source_line,
    image,
    null::string as coarser_because
from {{ ref('stg_reference__report_items') }}
