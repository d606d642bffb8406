-- An action may carry several types. A type counts in those of the action's domains that list it; one that none of
-- them lists counts in all.
with typed as (
    select distinct
        action_key,
        {{ each_item('action_types') }} as action_type
    from {{ ref('fct_partner_actions') }}
    where action_types is not null
),

placed as (
    select
        typed.action_key,
        domains.domain,
        typed.action_type,
        types.action_group,
        types.action_type is not null as is_of_domain,
        bool_or(types.action_type is not null) over (partition by typed.action_key, typed.action_type)
            as is_of_any_domain
    from typed
    inner join {{ ref('fct_partner_action_domains') }} as domains on typed.action_key = domains.action_key
    left join {{ ref('stg_reference__action_types') }} as types
        on domains.domain = types.domain and typed.action_type = types.action_type
    where typed.action_type != ''
)

select
    action_key,
    domain,
    action_type,
    action_group
from placed
where is_of_domain or not is_of_any_domain
