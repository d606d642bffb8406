-- Comparisons of people with and without an officer, where both groups have a rate. Those rates and what they are made
-- of are cells of the edition.
select
    outcome as indicator_id,
    reporting_year,
    geography_id,
    population,
    difference,
    difference_lower,
    difference_upper,
    ratio,
    ratio_lower,
    ratio_upper,
    adjusted_ratio,
    adjusted_ratio_lower,
    adjusted_ratio_upper
from {{ ref('mart_officer_impact') }}
where difference is not null
