select
    {{ text('indicator_id') }} as indicator_id,
    {{ text('theme') }} as theme,
    {{ text('unit') }} as unit,
    {{ text('statistic') }} as statistic,
    {{ text('counting_unit') }} as counting_unit,
    {{ text('breakdown') }} as breakdown,
    {{ text('base') }} as base,
    {{ text('label_fr') }} as label_fr,
    {{ text('label_en') }} as label_en,
    {{ text('numerator') }} as numerator_definition,
    {{ text('denominator') }} as denominator_definition,
    {{ text('numerator_fr') }} as numerator_definition_fr,
    {{ text('denominator_fr') }} as denominator_definition_fr,
    {{ text('published') }} as published_in,
    coalesce({{ text('audience') }}, 'internal') as audience,
    coalesce(trim(whole_year) = 'yes', false) as needs_whole_year
from {{ ref('indicators') }}
