select
    {{ text('report_id') }} as report_id,
    {{ text('table_id') }} as table_id,
    {{ text('row') }} as row_label,
    {{ text('measure') }} as measure,
    {{ text('indicator_id') }} as indicator_id,
    coalesce({{ text('breakdown') }}, '') as breakdown,
    {{ text('population') }} as population,
    {{ text('counted') }} as counted
from {{ ref('published_measures') }}
