select
    {{ text('report_id') }} as report_id,
    {{ text('figure_id') }} as figure_id,
    {{ text('theme') }} as theme,
    {{ text('label') }} as label,
    {{ whole_number('year') }} as reporting_year,
    {{ text('territory') }} as geography_id,
    {{ text('kind') }} as kind,
    try_cast({{ text('value') }} as double) as value,
    {{ text('precision') }} as precision,
    {{ whole_number('source_line') }} as source_line,
    {{ text('held_by') }} as held_by
from {{ ref('published_not_held') }}
