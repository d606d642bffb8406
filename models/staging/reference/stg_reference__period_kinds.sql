select
    {{ text('period_kind') }} as period_kind,
    {{ text('label_fr') }} as label_fr,
    {{ whole_number('first_month') }} as first_month,
    {{ whole_number('months') }} as months,
    {{ whole_number('every_months') }} as every_months,
    trim(counted) = 'yes' as is_counted
from {{ ref('period_kinds') }}
