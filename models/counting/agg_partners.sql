-- Distinct actions and partners, and sums of participants, per indicator and breakdown value.
-- An action and a session belong to one territory and one population, so they are counted there and added up;
-- a partner may work in several, so it is counted separately for each place.
with by_territory as (
    select
        period_id,
        territory_id,
        population,
        indicator_id,
        breakdown,
        count(case when state then 1 end) as numerator,
        count(*) as denominator
    from {{ whole(ref('ind_partners')) }}
    where partner_key = ''
    group by period_id, territory_id, population, indicator_id, breakdown
    union all
    select
        period_id,
        territory_id,
        population,
        indicator_id,
        breakdown,
        sum(participants_counted) as numerator,
        sum(participants_in_base) as denominator
    from {{ ref('ind_sessions') }}
    group by period_id, territory_id, population, indicator_id, breakdown
),

partners as (
    select distinct
        period_id,
        territory_id,
        population,
        indicator_id,
        breakdown,
        partner_key
    from {{ whole(ref('ind_partners')) }}
    where partner_key != ''
)

select
    by_territory.period_id,
    places.geography_id,
    populations.population,
    by_territory.indicator_id,
    by_territory.breakdown,
    sum(by_territory.numerator)::bigint as numerator,
    sum(by_territory.denominator)::bigint as denominator
from by_territory
inner join {{ ref('dim_geography_periods') }} as places
    on by_territory.period_id = places.period_id and by_territory.territory_id = places.territory_id
inner join {{ ref('dim_populations') }} as populations on by_territory.population = populations.member
group by
    by_territory.period_id,
    places.geography_id,
    populations.population,
    by_territory.indicator_id,
    by_territory.breakdown
union all
select
    partners.period_id,
    places.geography_id,
    populations.population,
    partners.indicator_id,
    partners.breakdown,
    count(distinct partners.partner_key) as numerator,
    count(distinct partners.partner_key) as denominator
from partners
inner join {{ ref('dim_geography_periods') }} as places
    on partners.period_id = places.period_id and partners.territory_id = places.territory_id
inner join {{ ref('dim_populations') }} as populations on partners.population = populations.member
group by
    partners.period_id, places.geography_id, populations.population, partners.indicator_id, partners.breakdown
