-- Difficulties at entry, their number and their resolution at exit, as in T06 and T07.
select
    reporting_year,
    geography_id,
    population,
    {%- for value in listed_codes('difficulty') %}
    {{ count_and_share_of('barriers.at_entry', value ~ '_at_entry', value) }},
    {{ count_of('barriers.at_entry_exited', value ~ '_at_entry_exited', value) }},
    {{ count_and_share_of('barriers.resolved_at_exit', value ~ '_resolved_at_exit', value) }},
    {%- endfor %}
    {%- for value in range(9) %}
    {{ count_and_share_of('barriers.count_at_entry', 'difficulties_' ~ value, value) }},
    {%- endfor %}
    {{ count_and_share_of('barriers.housing_difficulty_when_housed', 'housing_difficulty_when_housed') }}
from {{ ref('mart_indicators') }}
where split_part(indicator_id, '.', 1) = 'barriers'
group by reporting_year, geography_id, population
