select
    {{ text('line_id') }} as line_id,
    {{ text('part') }} as part,
    cast({{ text('sort_order') }} as int) as sort_order,
    {{ text('label_fr') }} as label_fr,
    {{ text('unit') }} as unit,
    {{ text('population') }} as population,
    {{ text('question') }} as question,
    {{ text('answers') }} as answers,
    {{ text('base_line') }} as base_line,
    {{ text('is_justice') }} = 'yes' as is_justice,
    {{ text('noun_fr') }} as noun_fr
from {{ ref('dialogue_lines') }}
