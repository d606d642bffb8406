-- What the chart of each item of the Bilan shows in each edition: its indicators with their filters.
with editions as (
    select
        *,
        'internal' as audience,
        measures as shown
    from {{ ref('report_item_list') }}
    union all
    select
        *,
        'public' as audience,
        coalesce(public_measures, measures) as shown
    from {{ ref('report_item_list') }}
),

items as (
    select
        item,
        audience,
        {{ each_item('shown') }} as measure,
        geographies,
        populations,
        years
    from editions
    where shown is not null
)

select
    item,
    audience,
    split_part(measure, ':', 1) as indicator_id,
    coalesce(nullif(split_part(measure, ':', 2), ''), '%') as breakdown_pattern,
    geographies,
    populations,
    years
from items
