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
from {{ ref('report_item_list') }}
