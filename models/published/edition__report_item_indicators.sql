select
    item,
    indicator_id,
    breakdown_pattern,
    geographies,
    populations,
    years
from {{ ref('report_item_indicators') }}
where audience = 'internal'
