-- What feeds each chart, table and key figure of the Bilan: its indicators with their filters.
with items as (
    select
        item,
        kind,
        {{ each_item('indicator_ids') }} as indicator_id,
        coalesce(breakdown_pattern, '%') as breakdown_pattern,
        geographies,
        populations,
        years
    from {{ ref('stg_reference__report_items') }}
    where indicator_ids is not null
)

select
    item,
    indicator_id,
    breakdown_pattern,
    geographies,
    populations,
    years
from items
