select
    {{ text('code') }} as exit_reason_code,
    {{ text('label_fr') }} as label_fr,
    {{ text('category') }} as exit_category,
    trim(neutral) = 'yes' as is_neutral,
    trim(trial_period_rupture) = 'yes' as is_trial_period_rupture,
    {{ text('confidence') }} as confidence,
    {{ text('note') }} as note,
    {{ validity(['code']) }}
from {{ ref('exit_reasons') }}
