-- The people supported: headcount, T07, T08, T09 and the profile of the Bilan.
select
    reporting_year,
    geography_id,
    population,
    {{ count_of('headcount.supported', 'supported_people') }},
    {{ count_of('headcount.entered', 'entered_people') }},
    {{ count_of('headcount.on_books_at_year_end', 'on_books_at_year_end') }},
    {{ count_of('headcount.worksites', 'worksites') }},
    {{ count_of('headcount.worksites_joined', 'worksites_joined') }},
    {{ count_and_share_of('public.women', 'women') }},
    {{ value_of('public.mean_age', 'mean_age') }},
    {{ count_and_share_of('public.age_band', 'under_25', 'moins de 25 ans') }},
    {{ count_and_share_of('public.age_band', 'from_25_to_35', '25 à 35 ans') }},
    {{ count_and_share_of('public.age_band', 'from_36_to_49', '36 à 49 ans') }},
    {{ count_and_share_of('public.age_band', 'from_50', '50 ans et plus') }},
    {%- for value in listed_values('nationality_group') %}
    {{ count_and_share_of('public.nationality', value.suffix, value.code) }},
    {%- endfor %}
    {%- for value in range(1, 9) %}
    {{ count_and_share_of('public.education_level', 'education_level_' ~ value, value) }},
    {%- endfor %}
    {%- for value in listed_codes('housing_group') %}
    {{ count_and_share_of('public.housing_at_entry', value ~ '_at_entry', value) }},
    {%- endfor %}
    {%- for value in listed_codes('referrer') %}
    {{ count_and_share_of('public.referrer', 'referred_by_' ~ value, value) }},
    {%- endfor %}
    {{ count_and_share_of('public.street_history', 'street_history') }},
    {{ count_and_share_of('public.street_history_2y', 'street_history_2y') }},
    {{ count_and_share_of('public.rsa', 'rsa') }},
    {{ count_and_share_of('public.rqth', 'rqth') }},
    {{ count_and_share_of('public.other_benefit_without_rsa', 'other_benefit_without_rsa') }},
    {{ count_and_share_of('public.after_phc', 'after_phc') }},
    {{ count_and_share_of('public.after_phc_entered', 'after_phc_entered') }},
    {{ count_and_share_of('public.outside_social_worker', 'outside_social_worker') }},
    {{ count_and_share_of('public.long_term_unemployed', 'long_term_unemployed') }},
    {{ count_and_share_of('public.never_worked', 'never_worked') }}
from {{ ref('mart_indicators') }}
where split_part(indicator_id, '.', 1) in ('headcount', 'public')
group by reporting_year, geography_id, population
