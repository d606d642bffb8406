select
    {{ whole_number('education_level') }} as education_level,
    {{ text('label_fr') }} as label_fr
from {{ ref('education_levels') }}
