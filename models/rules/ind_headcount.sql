-- One row per pathway and period in which it was active.
-- true = numerator, false = denominator only, null = outside the base.
select
    pathway_key,
    person_key,
    period_id,
    territory_id,
    worksite_id,
    population,
    is_supported as headcount__supported,
    has_entered as headcount__entered,
    has_entered_programme as headcount__entered_programme,
    is_on_books_at_end as headcount__on_books_at_year_end
from {{ ref('fct_pathway_periods') }}
where is_supported
