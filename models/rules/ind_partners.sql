-- Partner work in long form, because its breakdowns are open lists: one row per indicator, breakdown
-- value, period and counted action (or partner). true = numerator, false = denominator only.
with actions as (
    select * from {{ ref('fct_partner_actions') }}
),

domains as (
    select * from {{ ref('fct_partner_action_domains') }}
),

types as (
    select * from {{ ref('fct_partner_action_types') }}
),

partners as (
    select * from {{ ref('fct_partner_action_partners') }}
),

-- a type and its group are both ways to read an action
kinds as (
    select
        action_key,
        domain,
        action_type as kind
    from types
    union
    select
        action_key,
        domain,
        action_group as kind
    from types
    where action_group is not null
),

-- each partner, and the partners taken together
named as (
    select
        action_key,
        partner
    from partners
    union
    select
        action_key,
        'total' as partner
    from partners
),

-- work placements and contracts, by which the network of employers is known
placements as (
    select
        action_key,
        action_type,
        case when action_type = '02- PMSMP' then 'PMSMP' else 'signature' end as network_action
    from types
    where domain = 'emploi' and (action_type = '02- PMSMP' or action_type like '01-Signature%')
),

periods as (
    select * from {{ ref('fct_partner_action_periods') }}
),

-- partners that come back: so many of them in the year that ends with the period, in whatever territories
network as (
    select
        ends.period_id,
        partners.partner_key
    from placements
    inner join partners on placements.action_key = partners.action_key
    inner join actions on placements.action_key = actions.action_key
    inner join {{ ref('dim_reporting_periods') }} as ends
        on
            actions.action_date <= ends.last_day
            and actions.action_date > {{ months_after('ends.last_day', -12) }}
    group by ends.period_id, partners.partner_key
    having count(*) >= {{ var('network_least_placements') }}
),

network_actions as (
    select distinct
        periods.period_id,
        periods.action_key
    from periods
    inner join partners on periods.action_key = partners.action_key
    inner join network on periods.period_id = network.period_id and partners.partner_key = network.partner_key
),

counted as (
    select
        action_key,
        'partners.actions' as indicator_id,
        concat_ws(' x ', domain, action_type) as breakdown,
        action_key as counted_key,
        true as state
    from types
    union all
    select distinct
        action_key,
        'partners.action_groups' as indicator_id,
        concat_ws(' x ', domain, action_group) as breakdown,
        action_key as counted_key,
        true as state
    from types
    where action_group is not null
    union all
    select
        action_key,
        'partners.actions_total' as indicator_id,
        domain as breakdown,
        action_key as counted_key,
        true as state
    from domains
    union all
    select
        action_key,
        'partners.request_reasons' as indicator_id,
        concat_ws(' x ', domain, request_reason) as breakdown,
        action_key as counted_key,
        true as state
    from domains
    where request_reason is not null
    union all
    select
        domains.action_key,
        'partners.stand_in' as indicator_id,
        domains.domain as breakdown,
        domains.action_key as counted_key,
        true as state
    from domains
    inner join actions on domains.action_key = actions.action_key
    where actions.stands_in_for_social_worker
    union all
    select
        named.action_key,
        'partners.partner_actions' as indicator_id,
        concat_ws(' x ', kinds.domain, named.partner, kinds.kind) as breakdown,
        named.action_key as counted_key,
        true as state
    from named
    inner join kinds on named.action_key = kinds.action_key
    union all
    select
        partners.action_key,
        'partners.partners_mobilised' as indicator_id,
        domains.domain as breakdown,
        partners.partner_key as counted_key,
        true as state
    from partners
    inner join domains on partners.action_key = domains.action_key
    union all
    select
        partners.action_key,
        'partners.mental_health_partners' as indicator_id,
        '' as breakdown,
        partners.partner_key as counted_key,
        true as state
    from partners
    inner join actions on partners.action_key = actions.action_key
    where actions.experiment = 'santé mentale'
),

counted_by_period as (
    select
        counted.*,
        periods.period_id
    from counted
    inner join periods on counted.action_key = periods.action_key
    union all
    select
        placements.action_key,
        'partners.partner_actions' as indicator_id,
        concat_ws(' x ', 'emploi', 'réseau', placements.action_type) as breakdown,
        placements.action_key as counted_key,
        true as state,
        network_actions.period_id
    from placements
    inner join network_actions on placements.action_key = network_actions.action_key
    union all
    select distinct
        placements.action_key,
        'partners.network_share' as indicator_id,
        placements.network_action as breakdown,
        placements.action_key as counted_key,
        network_actions.action_key is not null as state,
        periods.period_id
    from placements
    inner join periods on placements.action_key = periods.action_key
    left join network_actions
        on periods.action_key = network_actions.action_key and periods.period_id = network_actions.period_id
)

select
    counted.indicator_id,
    counted.breakdown,
    counted.counted_key,
    counted.action_key,
    counted.period_id,
    actions.territory_id,
    actions.worksite_id,
    actions.population,
    counted.state
from counted_by_period as counted
inner join actions on counted.action_key = actions.action_key
