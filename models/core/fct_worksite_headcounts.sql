-- Whom a worksite supports in a period: people, once whatever their pathways there.
with people as (
    select
        deliveries.worksite_id,
        deliveries.period_id,
        populations.population,
        deliveries.person_key,
        coalesce(bool_or(deliveries.sex = 'F'), false) as is_woman,
        bool_or(deliveries.sex is not null) as has_known_sex
    from {{ supported_by_period() }} as deliveries
    inner join {{ ref('dim_populations') }} as populations on deliveries.population = populations.member
    where deliveries.worksite_id is not null
    group by deliveries.worksite_id, deliveries.period_id, populations.population, deliveries.person_key
)

select
    worksite_id,
    period_id,
    population,
    count(*) as supported,
    count(case when is_woman then 1 end) as women,
    count(case when has_known_sex then 1 end) as known_sex
from people
group by worksite_id, period_id, population
