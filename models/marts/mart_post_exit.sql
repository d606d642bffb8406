-- Follow-up of people who left 6 to 12 months before 31 December.
select
    reporting_year,
    geography_id,
    population,
    {{ base_of('post_exit.job_contacted', 'lasting_job_people') }},
    {{ count_and_share_of('post_exit.job_contacted', 'job_contacted') }},
    {{ count_and_share_of('post_exit.job_stable', 'job_stable') }},
    {{ base_of('post_exit.housing_contacted', 'permanent_housing_people') }},
    {{ count_and_share_of('post_exit.housing_contacted', 'housing_contacted') }},
    {{ count_and_share_of('post_exit.housing_stable', 'housing_stable') }}
from {{ ref('mart_indicators') }}
where split_part(indicator_id, '.', 1) = 'post_exit'
group by reporting_year, geography_id, population
