-- Support given in the year and mobilisation of the partnership officers.
select
    reporting_year,
    geography_id,
    population,
    {{ count_and_share_of('support.proximity', 'proximity') }},
    {{ count_and_share_of('support.concerted', 'concerted') }},
    {{ count_and_share_of('support.officer_mobilised', 'employment_officer', 'emploi') }},
    {{ count_and_share_of('support.officer_mobilised', 'health_officer', 'santé') }},
    {{ count_and_share_of('support.officer_mobilised', 'housing_officer', 'logement') }},
    {{ count_and_share_of(
        'support.officer_mobilised_by_seniority', 'any_officer_in_first_year', '1re année'
    ) }},
    {{ count_and_share_of(
        'support.officer_mobilised_by_seniority', 'any_officer_in_second_year', '2e année'
    ) }},
    {{ count_and_share_of(
        'support.officer_mobilised_by_seniority', 'any_officer_from_third_year', '3e année et plus'
    ) }}
from {{ ref('mart_indicators') }}
where split_part(indicator_id, '.', 1) = 'support'
group by reporting_year, geography_id, population
