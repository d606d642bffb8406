select
    exit_reason_code,
    label_fr,
    exit_category,
    is_neutral,
    is_trial_period_rupture
from {{ ref('stg_reference__exit_reasons') }}
