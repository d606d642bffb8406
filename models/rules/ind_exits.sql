-- One row per exited pathway and period. true = numerator, false = denominator only, null = outside the base.
select
    pathway_key,
    person_key,
    period_id,
    territory_id,
    worksite_id,
    population,
    in_base_exited as headcount__exited,
    {{ within('in_base_exited', 'is_neutral') }} as exits__neutral,
    {%- for category in listed_codes('job_or_training_category') %}
    {{ within('in_base_non_neutral', "exit_category = '" ~ category ~ "'") }}
        as exits__job_or_training__{{ category }},
    {%- endfor %}
    {{ within(
        'in_base_non_neutral', "exit_category in ('" ~ listed_codes('job_or_training_category') | join("', '") ~ "')"
    ) }}
        as exits__job_or_training__total,
    {%- for category in listed_codes('other_exit_category') %}
    {{ within('in_base_complete', "exit_category = '" ~ category ~ "'") }} as exits__other__{{ category }},
    {%- endfor %}
    {{ within('in_base_non_neutral', 'exit_category is null') }} as exits__unknown_reason,
    {%- for category in listed_codes('job_or_training_category') + listed_codes('other_exit_category') %}
    {{ within('in_base_non_neutral', "exit_category = '" ~ category ~ "'") }} as exits__distribution__{{ category }},
    {%- endfor %}
    {{ within('in_base_non_neutral', 'exit_category is null') }} as exits__distribution__inconnu
from {{ exits_by_period() }} as exits
