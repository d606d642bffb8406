-- Distinct actions: never above the sum of their types, never below the largest one; the same for the
-- groups of types and for the actions of all partners together. Those that have a type in none but another of their
-- domains come on top of the sum.
with types as (
    select
        reporting_year,
        geography_id,
        population,
        split_part(breakdown, ' x ', 1) as domain,
        sum(case when indicator_id = 'partners.actions' then numerator end) as sum_of_types,
        max(case when indicator_id = 'partners.actions' then numerator end) as largest_type,
        max(case when indicator_id = 'partners.action_groups' then numerator end) as largest_group,
        max(case when indicator_id in ('partners.actions_total') then numerator end) as actions
    from {{ ref('mart_indicators') }}
    where indicator_id in ('partners.actions', 'partners.action_groups', 'partners.actions_total')
    group by reporting_year, geography_id, population, split_part(breakdown, ' x ', 1)
),

-- asked of few: where the types make less than the actions
untyped as (
    select
        types.reporting_year,
        types.geography_id,
        types.population,
        types.domain,
        count(*) as actions
    from types
    inner join {{ ref('dim_geographies') }} as places
        on
            types.geography_id = places.geography_id
            and {{ valid_on('places', last_day('types.reporting_year')) }}
    inner join {{ ref('dim_populations') }} as populations on types.population = populations.population
    inner join {{ whole(ref('fct_partner_actions')) }} as actions
        on
            types.reporting_year = actions.reporting_year
            and places.territory_id = actions.territory_id
            and populations.member = actions.population
    inner join {{ whole(ref('fct_partner_action_domains')) }} as domains
        on actions.action_key = domains.action_key and types.domain = domains.domain
    left join {{ whole(ref('fct_partner_action_types')) }} as typed
        on domains.action_key = typed.action_key and domains.domain = typed.domain
    where types.actions > types.sum_of_types and typed.action_key is null
    group by types.reporting_year, types.geography_id, types.population, types.domain
)

select
    types.reporting_year,
    types.geography_id,
    types.population,
    types.domain
from types
left join untyped
    on
        types.reporting_year = untyped.reporting_year
        and types.geography_id = untyped.geography_id
        and types.population = untyped.population
        and types.domain = untyped.domain
where
    types.actions > types.sum_of_types + coalesce(untyped.actions, 0)
    or types.actions < types.largest_type
    or coalesce(types.actions < types.largest_group, false)
