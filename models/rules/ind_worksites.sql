-- Worksites in long form: one row per indicator and worksite x period x place x population with a supported person.
-- true = numerator, false = denominator only.
-- A worksite counts in one territory a period, and in each further one that it is declared for and supports somebody in:
-- there with all its people, also with those whom it delivers under another one.
with people as (
    select
        deliveries.period_id,
        populations.population,
        deliveries.worksite_id,
        deliveries.territory_id,
        deliveries.person_key,
        coalesce(bool_or(deliveries.sex = 'F'), false) as is_woman,
        bool_or(deliveries.sex is not null) as has_known_sex
    from {{ supported_by_period(of_all=true) }} as deliveries
    inner join {{ ref('dim_populations') }} as populations on deliveries.population = populations.member
    group by
        deliveries.period_id,
        populations.population,
        deliveries.worksite_id,
        deliveries.territory_id,
        deliveries.person_key
),

places as (
    select
        worksite_periods.worksite_id,
        worksite_periods.period_id,
        geographies.geography_id
    from {{ ref('dim_worksite_periods') }} as worksite_periods
    inner join {{ ref('dim_geography_periods') }} as geographies
        on
            worksite_periods.period_id = geographies.period_id
            and worksite_periods.territory_id = geographies.territory_id
    union
    select
        people.worksite_id,
        people.period_id,
        geographies.geography_id
    from people
    inner join {{ ref('dim_reporting_periods') }} as periods on people.period_id = periods.period_id
    inner join {{ ref('stg_reference__worksite_territories') }} as further
        on
            people.worksite_id = further.worksite_id
            and {{ valid_on('further', 'periods.last_day') }}
    inner join {{ ref('stg_reference__worksites') }} as worksites
        on
            people.worksite_id = worksites.worksite_id
            and {{ valid_on('worksites', 'periods.last_day') }}
    inner join {{ ref('dim_geography_periods') }} as geographies
        on
            people.period_id = geographies.period_id
            and people.territory_id = geographies.territory_id
            and people.territory_id in (further.territory_id, worksites.territory_id)
),

-- each person once in a worksite, also with rows of two territories
worksite_people as (
    select
        period_id,
        population,
        worksite_id,
        person_key,
        bool_or(is_woman) as is_woman,
        bool_or(has_known_sex) as has_known_sex
    from people
    group by period_id, population, worksite_id, person_key
),

worksites as (
    select
        period_id,
        population,
        worksite_id,
        count(*) as supported,
        count(case when is_woman then 1 end) as women,
        count(case when has_known_sex then 1 end) as known_sex
    from worksite_people
    group by period_id, population, worksite_id
),

placed as (
    select
        worksites.*,
        places.geography_id,
        row_number() over (
            partition by worksites.period_id, places.geography_id, worksites.population
            order by worksites.women desc, worksites.worksite_id asc
        ) as place_in_order
    from worksites
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
moved as (
    select
        period_id,
        population,
        person_key
    from worksite_people
    group by period_id, population, person_key
    having count(*) > 1
),

moved_between as (
    select
        placed.period_id,
        placed.geography_id,
        placed.population,
        placed.worksite_id,
        placed.place_in_order,
        people.person_key
    from worksite_people as people
    inner join moved
        on
            people.period_id = moved.period_id
            and people.population = moved.population
            and people.person_key = moved.person_key
    inner join placed
        on
            people.period_id = placed.period_id
            and people.population = placed.population
            and people.worksite_id = placed.worksite_id
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
