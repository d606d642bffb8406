-- What the chart of each item of the Bilan shows: its indicators with their filters.
with items as (
    select
        item,
        {{ each_item('measures') }} as measure,
        geographies,
        populations,
        years
    from {{ ref('stg_reference__report_items') }}
    where measures is not null
)

select
    item,
    split_part(measure, ':', 1) as indicator_id,
    coalesce(nullif(split_part(measure, ':', 2), ''), '%') as breakdown_pattern,
    geographies,
    populations,
    years
from items
