select
    {{ text('housing_group') }} as housing_group,
    {{ whole_number('level') }} as housing_level,
    {{ text('label_fr') }} as label_fr,
    {{ text('label_en') }} as label_en
from {{ ref('housing_groups') }}
