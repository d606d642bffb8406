-- An action may mobilise several partners.
{{ config(pre_hook="{{ touch_renamed() }}") }}
{%- set actions = whole(ref('fct_partner_actions'), only={'named_action': 'action_key'}) %}
select distinct
    mobilised.action_key,
    partners.partner_key,
    partners.partner
from ({{ partners_by_action(actions) }}) as mobilised
inner join {{ ref('dim_partners') }} as partners on mobilised.spelling = partners.spelling
