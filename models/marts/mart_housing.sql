-- Housing of people who exited, as in T14, with the entry x exit matrix and the requests.
select
    reporting_year,
    geography_id,
    population,
    {{ base_of('housing.improved', 'housing_people') }},
    {{ count_and_share_of('housing.improved', 'improved') }},
    {{ count_and_share_of('housing.reached_permanent', 'reached_permanent') }},
    {{ base_of('housing.permanent_at_exit', 'housing_both_known_people') }},
    {{ count_and_share_of('housing.permanent_at_exit', 'permanent_at_exit') }},
    {{ count_of('housing.rehoused_via_partnership', 'rehoused_via_partnership') }},
    {{ count_and_share_of('housing.unknown_at_exit', 'unknown_at_exit') }},
    {{ count_and_share_of('housing.hosted_at_exit', 'hosted_at_exit') }},
    {{ count_and_share_of('housing.hosted_reached_permanent', 'hosted_reached_permanent') }},
    {%- for value in listed_codes('housing_group') %}
    {{ count_and_share_of('housing.group_at_entry', value ~ '_at_entry', value) }},
    {{ count_and_share_of('housing.group_at_exit', value ~ '_at_exit', value) }},
    {%- endfor %}
    {%- for at_entry in listed_codes('housing_group') %}
    {%- for at_exit in listed_codes('housing_group') %}
    {{ count_of('housing.transition', 'from_' ~ at_entry ~ '_to_' ~ at_exit, at_entry ~ ' x ' ~ at_exit) }},
    {%- endfor %}
    {%- endfor %}
    {{ count_of('housing.requests', 'social_housing_request_at_entry', 'logement_social x entry') }},
    {{ count_of('housing.requests', 'social_housing_request_at_exit', 'logement_social x exit') }},
    {{ count_of('housing.requests', 'dalo_daho_request_at_entry', 'dalo_daho x entry') }},
    {{ count_of('housing.requests', 'dalo_daho_request_at_exit', 'dalo_daho x exit') }},
    {{ count_of('housing.requests', 'collective_agreement_request_at_entry', 'accord_collectif x entry') }},
    {{ count_of('housing.requests', 'collective_agreement_request_at_exit', 'accord_collectif x exit') }}
from {{ ref('mart_indicators') }}
where split_part(indicator_id, '.', 1) = 'housing'
group by reporting_year, geography_id, population
