-- COMPLETE is part of NON_NEUTRAL, HOUSING of DURATION, both of EXITED; nobody is in a base without an exit.
select
    reporting_year,
    geography_id,
    population
from {{ ref('mart_exits') }}
where
    complete_people > non_neutral_people
    or non_neutral_people > exited_people
    or neutral + non_neutral_people < exited_people
union all
select
    housing.reporting_year,
    housing.geography_id,
    housing.population
from {{ ref('mart_housing') }} as housing
inner join {{ ref('mart_pathways') }} as pathways
    on
        housing.reporting_year = pathways.reporting_year
        and housing.geography_id = pathways.geography_id
        and housing.population = pathways.population
where
    housing.housing_people > pathways.duration_people
    or housing.housing_both_known_people + housing.unknown_at_exit < housing.housing_people
    or pathways.duration_pathways < pathways.duration_people
