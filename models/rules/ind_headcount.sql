-- One row per pathway and year in which it was delivered and active.
-- true = numerator, false = denominator only, null = outside the base.
select
    pathway_key,
    person_key,
    reporting_year,
    territory_id,
    worksite_id,
    population,
    is_supported as headcount__supported,
    has_entered as headcount__entered,
    has_entered_programme as headcount__entered_programme,
    is_on_books_at_year_end as headcount__on_books_at_year_end
from {{ ref('fct_pathway_years') }}
where is_supported
