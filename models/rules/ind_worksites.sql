-- Worksites in long form: one row per indicator and worksite x period x place x population with a supported person.
-- true = numerator, false = denominator only.
-- A worksite counts in one territory a period, and in each further one that it is declared for and supports somebody in:
-- there with all its people, also with those whom it delivers under another one.
with places as (
    select
        worksite_periods.worksite_id,
        worksite_periods.period_id,
        geographies.geography_id
    from {{ whole(ref('dim_worksite_periods')) }} as worksite_periods
    inner join {{ ref('dim_geography_periods') }} as geographies
        on
            worksite_periods.period_id = geographies.period_id
            and worksite_periods.territory_id = geographies.territory_id
    union
    select
        supported.worksite_id,
        supported.period_id,
        geographies.geography_id
    from {{ whole(ref('fct_pathway_periods')) }} as supported
    inner join {{ ref('dim_reporting_periods') }} as periods on supported.period_id = periods.period_id
    inner join {{ ref('stg_reference__worksite_territories') }} as further
        on
            supported.worksite_id = further.worksite_id
            and {{ valid_on('further', 'periods.last_day') }}
    inner join {{ ref('stg_reference__worksites') }} as worksites
        on
            supported.worksite_id = worksites.worksite_id
            and {{ valid_on('worksites', 'periods.last_day') }}
    inner join {{ ref('dim_geography_periods') }} as geographies
        on
            supported.period_id = geographies.period_id
            and supported.territory_id = geographies.territory_id
            and supported.territory_id in (further.territory_id, worksites.territory_id)
    where supported.is_supported
),

placed as (
    select
        worksites.*,
        places.geography_id,
        row_number() over (
            partition by worksites.period_id, places.geography_id, worksites.population
            order by worksites.women desc, worksites.worksite_id asc
        ) as place_in_order
    from {{ whole(ref('fct_worksite_headcounts')) }} as worksites
    inner join places
        on worksites.worksite_id = places.worksite_id and worksites.period_id = places.period_id
),

ranked as (
    select
        *,
        sum(women) over (partition by period_id, geography_id, population) as all_women,
        sum(women) over (
            partition by period_id, geography_id, population
            order by place_in_order
            rows between unbounded preceding and current row
        ) - women as women_in_larger_worksites
    from placed
),

-- a person of several worksites counts in the place with the first of them
moved_between as (
    select distinct
        placed.period_id,
        placed.geography_id,
        placed.population,
        placed.worksite_id,
        placed.place_in_order,
        moves.person_key
    from {{ whole(ref('fct_worksite_moves')) }} as moves
    inner join {{ ref('dim_populations') }} as populations on moves.population = populations.member
    inner join placed
        on
            moves.period_id = placed.period_id
            and populations.population = placed.population
            and moves.worksite_id = placed.worksite_id
),

counted_before as (
    select
        period_id,
        geography_id,
        population,
        worksite_id,
        count(*) as people
    from (
        select
            *,
            row_number() over (
                partition by period_id, geography_id, population, person_key
                order by place_in_order
            ) as number_of_worksite
        from moved_between
    ) as numbered
    where number_of_worksite > 1
    group by period_id, geography_id, population, worksite_id
)

select
    ranked.period_id,
    ranked.geography_id,
    ranked.population,
    ranked.worksite_id,
    ranked.supported,
    ranked.supported - coalesce(counted_before.people, 0) as counted_here,
    true as headcount__worksites,
    coalesce(dim_worksites.joined_on between periods.first_day and periods.last_day, false)
        as headcount__worksites_joined,
    {{ within('ranked.known_sex > 0', 'ranked.women > 0.5 * ranked.known_sex') }}
        as headcount__worksites_with_most_women,
    {{ within('ranked.known_sex > 0', 'ranked.women < 0.2 * ranked.known_sex') }}
        as headcount__worksites_with_few_women,
    -- the fewest worksites that together employ half of all women
    {{ within('ranked.all_women > 0', '2 * ranked.women_in_larger_worksites < ranked.all_women') }}
        as headcount__worksites_with_half_of_women,
    case
        when 2 * ranked.women_in_larger_worksites < ranked.all_women
            then ranked.supported - coalesce(counted_before.people, 0)
        else 0
    end as headcount__people_in_worksites_with_half_of_women
from ranked
inner join {{ ref('dim_reporting_periods') }} as periods on ranked.period_id = periods.period_id
left join {{ ref('dim_worksites') }} as dim_worksites on ranked.worksite_id = dim_worksites.worksite_id
left join counted_before
    on
        ranked.period_id = counted_before.period_id
        and ranked.geography_id = counted_before.geography_id
        and ranked.population = counted_before.population
        and ranked.worksite_id = counted_before.worksite_id
