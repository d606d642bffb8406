select
    {{ text('figure_id') }} as figure_id,
    {{ text('side') }} as side,
    try_cast({{ text('coefficient') }} as double) as coefficient,
    {{ text('indicator_id') }} as indicator_id,
    coalesce({{ text('breakdown') }}, '') as breakdown,
    {{ whole_number('year') }} as reporting_year,
    {{ text('geography_id') }} as geography_id,
    {{ text('population') }} as population,
    {{ text('counted') }} as counted
from {{ ref('narrative_terms') }}
