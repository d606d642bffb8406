-- Territories in long form: one row per territory x period x place x population with a supported person.
-- A territory is in the programme where rows name it, also where no worksite has most of its people there.
with in_experiment as (
    select distinct
        periods.period_id,
        sessions.territory_id
    from {{ ref('fct_collective_sessions') }} as sessions
    inner join {{ ref('fct_collective_session_periods') }} as periods on sessions.session_key = periods.session_key
    where sessions.mental_health_family is not null
)

select distinct
    pathways.period_id,
    places.geography_id,
    populations.population,
    places.territory_id,
    true as headcount__territories,
    in_experiment.territory_id is not null as headcount__territories_with_mental_health_actions
from {{ whole(ref('fct_pathway_periods')) }} as pathways
inner join {{ ref('dim_geography_periods') }} as places
    on pathways.period_id = places.period_id and pathways.territory_id = places.territory_id
inner join {{ ref('dim_populations') }} as populations on pathways.population = populations.member
left join in_experiment
    on
        pathways.period_id = in_experiment.period_id
        and pathways.territory_id = in_experiment.territory_id
where pathways.is_supported
