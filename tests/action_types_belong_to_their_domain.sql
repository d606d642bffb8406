-- Every type of an action is one of its domain's.
select
    domain,
    count(*) as types_against
from {{ ref('fct_partner_action_types') }} as typed
where
    not exists (
        select 1
        from {{ ref('stg_reference__action_types') }} as types
        where types.domain = typed.domain and types.action_type = typed.action_type
    )
group by domain
