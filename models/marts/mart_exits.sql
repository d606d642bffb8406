-- Exits as in T05, T11, T12 and T13: counts and shares side by side.
select
    reporting_year,
    geography_id,
    population,
    {{ count_of('headcount.exited', 'exited_people') }},
    {{ count_and_share_of('exits.neutral', 'neutral') }},
    {{ base_of('exits.job_or_training', 'non_neutral_people', 'total') }},
    {%- for value in listed_codes('job_or_training_category') + ['total'] %}
    {{ count_and_share_of('exits.job_or_training', 'job_or_training_total' if value == 'total' else value, value) }},
    {%- endfor %}
    {{ base_of('exits.other', 'complete_people', 'chomage') }},
    {%- for value in listed_codes('other_exit_category') %}
    {{ count_and_share_of('exits.other', value, value) }},
    {%- endfor %}
    {{ count_and_share_of('exits.unknown_reason', 'unknown_reason') }}
from {{ ref('mart_indicators') }}
where split_part(indicator_id, '.', 1) in ('headcount', 'exits')
group by reporting_year, geography_id, population
