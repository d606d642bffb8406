select
    {{ iso_date('first_day') }} as first_day,
    {{ iso_date('last_day') }} as last_day,
    {{ text('label_fr') }} as label_fr
from {{ ref('declared_periods') }}
