-- Territories in long form: one row per territory x period x place x population with a supported person.
-- A territory is in the programme where rows name it, also where no worksite has most of its people there.
with in_experiment as (
    select distinct
        periods.period_id,
        sessions.territory_id
    from {{ whole(ref('fct_collective_sessions')) }} as sessions
    inner join {{ whole(ref('fct_collective_session_periods')) }} as periods
        on sessions.session_key = periods.session_key
    where sessions.mental_health_family is not null
),

supporting as (
    select distinct
        period_id,
        territory_id,
        population
    from {{ whole(ref('fct_pathway_periods')) }}
    where is_supported
)

select distinct
    supporting.period_id,
    places.geography_id,
    populations.population,
    places.territory_id,
    true as headcount__territories,
    in_experiment.territory_id is not null as headcount__territories_with_mental_health_actions
from supporting
inner join {{ ref('dim_geography_periods') }} as places
    on supporting.period_id = places.period_id and supporting.territory_id = places.territory_id
inner join {{ ref('dim_populations') }} as populations on supporting.population = populations.member
left join in_experiment
    on
        supporting.period_id = in_experiment.period_id
        and supporting.territory_id = in_experiment.territory_id
