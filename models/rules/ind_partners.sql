-- Partner work in long form, because its breakdowns are open lists: one row per indicator, breakdown
-- value, period and counted action (or partner). true = numerator, false = denominator only.
{%- set read = [
    ref('fct_partner_actions'),
    ref('fct_partner_action_domains'),
    ref('fct_partner_action_types'),
    ref('fct_partner_action_partners'),
] %}
{%- set acted, domains, types = touched_of(read[0]), touched_of(read[1]), touched_of(read[2]) %}
{%- set mobilised = touched_of(read[3]) %}
with {{ kept_touched(read, only={'partner_action': 'action_key'}) }}

kinds as (
    -- a type and its group are both ways to read an action
    select
        action_key,
        domain,
        action_type as kind
    from {{ types }}
    union
    select
        action_key,
        domain,
        action_group as kind
    from {{ types }}
    where action_group is not null
),

named as (
    select
        action_key,
        partner
    from {{ mobilised }}
    union
    select
        action_key,
        'total' as partner
    from {{ mobilised }}
),

-- work placements and contracts, by which the network of employers is known
placements as (
    select
        placements.action_key,
        placements.action_type,
        case when placements.action_type = '02- PMSMP' then 'PMSMP' else 'signature' end as network_action
    from {{ types }} as placements
    where {{ is_placement('placements') }}
),

days as (
    {{ periods_of_days(acted, 'action_date') }}
),

network_actions as (
    select distinct
        days.period_id,
        placements.action_key
    from placements
    inner join {{ acted }} as actions on placements.action_key = actions.action_key
    inner join days on actions.action_date = days.action_date
    inner join {{ mobilised }} as partners on placements.action_key = partners.action_key
    inner join {{ ref('dim_partner_network') }} as network
        on days.period_id = network.period_id and partners.partner_key = network.partner_key
),

-- `partner_key` is empty where actions are counted, not partners. `asks_network`: the action counts where it is of the
-- network (`only`), or is then in the numerator (`share`)
counted as (
    select
        action_key,
        'partners.actions' as indicator_id,
        concat_ws(' x ', domain, action_type) as breakdown,
        '' as partner_key,
        '' as asks_network
    from {{ types }}
    union all
    select distinct
        action_key,
        'partners.action_groups' as indicator_id,
        concat_ws(' x ', domain, action_group) as breakdown,
        '' as partner_key,
        '' as asks_network
    from {{ types }}
    where action_group is not null
    union all
    select
        action_key,
        'partners.actions_total' as indicator_id,
        domain as breakdown,
        '' as partner_key,
        '' as asks_network
    from {{ domains }}
    union all
    select
        action_key,
        'partners.request_reasons' as indicator_id,
        concat_ws(' x ', domain, request_reason) as breakdown,
        '' as partner_key,
        '' as asks_network
    from {{ domains }}
    where request_reason is not null
    union all
    select
        domains.action_key,
        'partners.stand_in' as indicator_id,
        domains.domain as breakdown,
        '' as partner_key,
        '' as asks_network
    from {{ domains }} as domains
    inner join {{ acted }} as actions on domains.action_key = actions.action_key
    where actions.stands_in_for_social_worker
    union all
    select
        named.action_key,
        'partners.partner_actions' as indicator_id,
        concat_ws(' x ', kinds.domain, named.partner, kinds.kind) as breakdown,
        '' as partner_key,
        '' as asks_network
    from named
    inner join kinds on named.action_key = kinds.action_key
    union all
    select
        partners.action_key,
        'partners.partners_mobilised' as indicator_id,
        domains.domain as breakdown,
        partners.partner_key,
        '' as asks_network
    from {{ mobilised }} as partners
    inner join {{ domains }} as domains on partners.action_key = domains.action_key
    union all
    select
        partners.action_key,
        'partners.mental_health_partners' as indicator_id,
        '' as breakdown,
        partners.partner_key,
        '' as asks_network
    from {{ mobilised }} as partners
    inner join {{ acted }} as actions on partners.action_key = actions.action_key
    where actions.experiment = 'santé mentale'
    union all
    select
        action_key,
        'partners.partner_actions' as indicator_id,
        concat_ws(' x ', 'emploi', 'réseau', action_type) as breakdown,
        '' as partner_key,
        'only' as asks_network
    from placements
    union all
    select distinct
        action_key,
        'partners.network_share' as indicator_id,
        network_action as breakdown,
        '' as partner_key,
        'share' as asks_network
    from placements
)

select
    counted.indicator_id,
    counted.breakdown,
    counted.partner_key,
    counted.action_key,
    days.period_id,
    actions.territory_id,
    actions.worksite_id,
    actions.population,
    counted.asks_network != 'share' or network_actions.action_key is not null as state
from counted
inner join {{ acted }} as actions on counted.action_key = actions.action_key
inner join days on actions.action_date = days.action_date
left join network_actions
    on
        counted.asks_network != ''
        and counted.action_key = network_actions.action_key
        and days.period_id = network_actions.period_id
where counted.asks_network != 'only' or network_actions.action_key is not null
