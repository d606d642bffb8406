select
    {{ text('report_id') }} as report_id,
    {{ whole_number('item') }} as item,
    {{ text('section') }} as section,
    {{ text('title_fr') }} as title_fr,
    {{ text('kind') }} as kind,
    {{ text('dimensions') }} as dimensions,
    {{ text('table_id') }} as table_id,
    {{ text('measures') }} as measures,
    {{ text('geographies') }} as geographies,
    {{ text('populations') }} as populations,
    {{ text('years') }} as years,
    {{ text('reference_seed') }} as reference_seed,
    {{ whole_number('source_line') }} as source_line,
    {{ text('image') }} as image,
    {{ text('public_measures') }} as public_measures,
    {{ text('coarser_because') }} as coarser_because
from {{ ref('report_items') }}
