-- The network of employers: partners that come back, with so many work placements and contracts in the year that ends with
-- the period, in whatever territories.
{{ config(post_hook="{{ touch_partners() }}") }}
select
    ends.period_id,
    partners.partner_key
from {{ whole(ref('fct_partner_action_types')) }} as placements
inner join {{ whole(ref('fct_partner_action_partners')) }} as partners on placements.action_key = partners.action_key
inner join {{ whole(ref('fct_partner_actions')) }} as actions on placements.action_key = actions.action_key
inner join {{ ref('dim_reporting_periods') }} as ends
    on
        actions.action_date <= ends.last_day
        and actions.action_date > {{ months_after('ends.last_day', -12) }}
where {{ is_placement('placements') }}
group by ends.period_id, partners.partner_key
having count(*) >= {{ var('network_least_placements') }}
