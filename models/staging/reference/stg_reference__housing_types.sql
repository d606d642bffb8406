select
    {{ text('housing_type') }} as housing_type,
    {{ text('housing_group') }} as housing_group,
    {{ whole_number('level') }} as housing_level,
    {{ text('note') }} as note,
    {{ validity(['housing_type']) }}
from {{ ref('housing_types') }}
