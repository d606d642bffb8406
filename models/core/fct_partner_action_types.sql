-- An action may carry several types.
with typed as (
    select distinct
        action_key,
        domain,
        {{ each_item('action_types') }} as action_type
    from {{ ref('fct_partner_actions') }}
    where action_types is not null
)

select
    typed.action_key,
    typed.domain,
    typed.action_type,
    types.action_group
from typed
left join {{ ref('stg_reference__action_types') }} as types
    on typed.domain = types.domain and typed.action_type = types.action_type
where typed.action_type != ''
