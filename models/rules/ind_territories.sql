-- Territories in long form: one row per territory x year x place x population with a supported person.
-- A territory is in the programme where rows name it, also where no worksite has most of its people there.
select distinct
    deliveries.reporting_year,
    places.geography_id,
    populations.population,
    places.territory_id,
    true as headcount__territories
from {{ ref('fct_pathway_years') }} as deliveries
inner join {{ ref('dim_geographies') }} as places on deliveries.territory_id = places.territory_id
inner join {{ ref('dim_populations') }} as populations on deliveries.population = populations.member
where deliveries.is_supported
