-- Worksites in long form: one row per indicator and worksite x year x place x population with a supported person.
-- true = numerator, false = denominator only.
with people as (
    select distinct
        deliveries.reporting_year,
        places.geography_id,
        populations.population,
        deliveries.territory_id,
        deliveries.worksite_id,
        deliveries.person_key,
        deliveries.sex
    from {{ ref('fct_pathway_years') }} as deliveries
    inner join {{ ref('dim_geographies') }} as places on deliveries.territory_id = places.territory_id
    inner join {{ ref('dim_populations') }} as populations on deliveries.population = populations.member
    where deliveries.is_supported
),

worksites as (
    select
        reporting_year,
        geography_id,
        population,
        territory_id,
        worksite_id,
        count(distinct person_key) as supported,
        count(distinct case when sex = 'F' then person_key end) as women,
        count(distinct case when sex is not null then person_key end) as known_sex
    from people
    group by reporting_year, geography_id, population, territory_id, worksite_id
),

ranked as (
    select
        *,
        sum(women) over (partition by reporting_year, geography_id, population) as all_women,
        sum(women) over (
            partition by reporting_year, geography_id, population
            order by women desc, worksite_id asc
            rows between unbounded preceding and current row
        ) - women as women_in_larger_worksites,
        row_number() over (
            partition by reporting_year, geography_id, population, territory_id
            order by worksite_id
        ) as number_in_territory
    from worksites
)

select
    ranked.reporting_year,
    ranked.geography_id,
    ranked.population,
    ranked.worksite_id,
    ranked.supported,
    ranked.territory_id,
    -- a territory counts with its first worksite
    ranked.number_in_territory = 1 as headcount__territories,
    true as headcount__worksites,
    coalesce(dim_worksites.first_year = ranked.reporting_year, false) as headcount__worksites_joined,
    {{ within('ranked.known_sex > 0', 'ranked.women > 0.5 * ranked.known_sex') }}
        as headcount__worksites_with_most_women,
    {{ within('ranked.known_sex > 0', 'ranked.women < 0.2 * ranked.known_sex') }}
        as headcount__worksites_with_few_women,
    -- the fewest worksites that together employ half of all women
    {{ within('ranked.all_women > 0', '2 * ranked.women_in_larger_worksites < ranked.all_women') }}
        as headcount__worksites_with_half_of_women,
    case when 2 * ranked.women_in_larger_worksites < ranked.all_women then ranked.supported else 0 end
        as headcount__people_in_worksites_with_half_of_women
from ranked
left join {{ ref('dim_worksites') }} as dim_worksites on ranked.worksite_id = dim_worksites.worksite_id
