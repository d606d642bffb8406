-- An action may mobilise several partners.
with mobilised as (
    select distinct
        action_key,
        domain,
        {{ each_item('partners') }} as partner
    from {{ ref('fct_partner_actions') }}
    where partners is not null
)

select
    action_key,
    domain,
    partner
from mobilised
where partner != ''
