-- An officer may work in several domains: the action counts once in each of them. Its reason counts in those that
-- list it; one that none of them lists counts in all.
with acted as (
    select distinct
        action_key,
        {{ each_item('domains') }} as domain,
        request_reason
    from {{ ref('stg_exports__actions') }}
    where domains is not null
),

reasoned as (
    select
        acted.*,
        reasons.request_reason is not null as is_of_domain,
        bool_or(reasons.request_reason is not null) over (partition by acted.action_key) as is_of_any_domain
    from acted
    left join {{ ref('stg_reference__request_reasons') }} as reasons
        on acted.domain = reasons.domain and acted.request_reason = reasons.request_reason
)

select
    action_key,
    domain,
    case when is_of_domain or not is_of_any_domain then request_reason end as request_reason
from reasoned
where domain != ''
