select
    {{ text('statement_id') }} as statement_id,
    {{ whole_number('term') }} as term,
    try_cast({{ text('coefficient') }} as double) as coefficient,
    {{ text('figure_id') }} as figure_id,
    {{ text('factor_figure_id') }} as factor_figure_id,
    {{ text('divisor_figure_id') }} as divisor_figure_id,
    try_cast({{ text('divisor_offset') }} as double) as divisor_offset
from {{ ref('printed_evidence') }}
