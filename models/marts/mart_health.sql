-- Health rights of people who exited, as in T15, with the rights held at entry and at exit.
select
    reporting_year,
    geography_id,
    population,
    {{ base_of('health.rights_opened', 'complete_people') }},
    {{ count_and_share_of('health.rights_opened', 'rights_opened') }},
    {{ count_and_share_of('health.coverage_improved', 'coverage_improved') }},
    {{ count_and_share_of('health.checkup', 'checkup') }},
    {{ count_and_share_of('health.status', 'gp_at_entry', 'medecin_traitant x entry') }},
    {{ count_and_share_of('health.status', 'gp_at_exit', 'medecin_traitant x exit') }},
    {{ count_and_share_of('health.status', 'rqth_at_entry', 'rqth x entry') }},
    {{ count_and_share_of('health.status', 'rqth_at_exit', 'rqth x exit') }},
    {{ count_and_share_of('health.status', 'aah_at_entry', 'aah x entry') }},
    {{ count_and_share_of('health.status', 'aah_at_exit', 'aah x exit') }},
    {{ count_and_share_of('health.status', 'invalidity_pension_at_entry', 'pension_invalidite x entry') }},
    {{ count_and_share_of('health.status', 'invalidity_pension_at_exit', 'pension_invalidite x exit') }}
from {{ ref('mart_indicators') }}
where split_part(indicator_id, '.', 1) = 'health'
group by reporting_year, geography_id, population
