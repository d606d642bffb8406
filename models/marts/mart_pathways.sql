-- Pathway durations as in T10. Months; shares of people, means and medians of pathways.
select
    reporting_year,
    geography_id,
    population,
    {{ base_of('pathways.over_2_years', 'duration_people') }},
    {{ base_of('pathways.mean_duration_months', 'duration_pathways') }},
    {{ value_of('pathways.mean_duration_months', 'mean_duration_months') }},
    {{ value_of('pathways.median_duration_months', 'median_duration_months') }},
    {{ count_and_share_of('pathways.over_2_years', 'over_2_years') }},
    {{ count_and_share_of('pathways.over_2_years_rqth', 'over_2_years_rqth') }},
    {{ count_and_share_of('pathways.over_2_years_50_plus', 'over_2_years_50_plus') }},
    {{ count_and_share_of('pathways.over_2_years_extension', 'over_2_years_extension') }},
    {{ count_and_share_of('pathways.over_2_years_under_50_no_rqth', 'over_2_years_under_50_no_rqth') }},
    {{ count_and_share_of('pathways.duration_band', 'under_12_months', 'moins de 12 mois') }},
    {{ count_and_share_of('pathways.duration_band', 'from_12_to_24_months', '12 à 24 mois') }},
    {{ count_and_share_of('pathways.duration_band', 'from_2_to_3_years', '2 à 3 ans') }},
    {{ count_and_share_of('pathways.duration_band', 'from_3_to_4_years', '3 à 4 ans') }},
    {{ count_and_share_of('pathways.duration_band', 'from_4_to_5_years', '4 à 5 ans') }},
    {{ count_and_share_of('pathways.duration_band', 'from_5_years', '5 ans et plus') }}
from {{ ref('mart_indicators') }}
where split_part(indicator_id, '.', 1) = 'pathways'
group by reporting_year, geography_id, population
