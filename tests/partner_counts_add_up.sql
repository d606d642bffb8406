-- Distinct actions: never above the sum of their types, never below the largest one; the same for the
-- groups of types and for the actions of all partners together.
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
)

select
    reporting_year,
    geography_id,
    population,
    domain
from types
where
    actions > sum_of_types
    or actions < largest_type
    or coalesce(actions < largest_group, false)
