-- Territories in long form: one row per territory x year x place x population with a supported person.
-- A territory is in the programme where rows name it, also where no worksite has most of its people there.
with in_experiment as (
    select distinct
        reporting_year,
        territory_id
    from {{ ref('fct_collective_sessions') }}
    where mental_health_family is not null
)

select distinct
    deliveries.reporting_year,
    places.geography_id,
    populations.population,
    places.territory_id,
    true as headcount__territories,
    in_experiment.territory_id is not null as headcount__territories_with_mental_health_actions
from {{ ref('fct_pathway_years') }} as deliveries
inner join {{ ref('dim_geographies') }} as places
    on
        deliveries.territory_id = places.territory_id
        and {{ valid_on('places', last_day('deliveries.reporting_year')) }}
inner join {{ ref('dim_populations') }} as populations on deliveries.population = populations.member
left join in_experiment
    on
        deliveries.reporting_year = in_experiment.reporting_year
        and deliveries.territory_id = in_experiment.territory_id
where deliveries.is_supported
