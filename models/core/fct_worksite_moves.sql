-- People whom several worksites support in one period. They are few.
with moved as (
    select
        period_id,
        person_key
    from {{ ref('fct_pathway_periods') }}
    where is_supported
    group by period_id, person_key
    having min(worksite_id) != max(worksite_id)
)

select distinct
    worked.person_key,
    worked.period_id,
    worked.population,
    worked.worksite_id
from {{ ref('fct_pathway_periods') }} as worked
inner join moved on worked.period_id = moved.period_id and worked.person_key = moved.person_key
where worked.is_supported and worked.worksite_id is not null
