-- No worksite counts more people than its territory, and the territory never more than its worksites together; territories
-- that share a worksite aside, whose people it counts in both.
with shared as (
    select further.territory_id
    from {{ ref('stg_reference__worksite_territories') }} as further
    union
    select worksites.territory_id
    from {{ ref('stg_reference__worksite_territories') }} as further
    inner join {{ ref('dim_worksites') }} as worksites on further.worksite_id = worksites.worksite_id
),

worksites as (
    select
        feedback.reporting_year,
        feedback.indicator_id,
        feedback.breakdown,
        worksites.territory_id,
        max(feedback.territory_value) as territory_value,
        max(feedback.numerator) as largest,
        sum(feedback.numerator) as sum_of_worksites
    from {{ ref('mart_worksite_feedback') }} as feedback
    inner join {{ ref('dim_worksites') }} as worksites on feedback.worksite_id = worksites.worksite_id
    where feedback.indicator_id in ('headcount.supported', 'headcount.exited', 'barriers.at_entry_exited')
    group by feedback.reporting_year, feedback.indicator_id, feedback.breakdown, worksites.territory_id
)

select
    reporting_year,
    indicator_id,
    breakdown,
    territory_id
from worksites
where
    territory_value not between largest and sum_of_worksites
    and territory_id not in (select shared.territory_id from shared)
