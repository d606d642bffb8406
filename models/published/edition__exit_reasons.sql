-- What each is today.
select
    exit_reason_code,
    label_fr,
    exit_category,
    is_neutral,
    is_trial_period_rupture
from {{ ref('stg_reference__exit_reasons') }}
qualify {{ is_latest_line('exit_reason_code') }}
