-- A session may belong to several domains: its participations count once in each of them.
with held as (
    select distinct
        session_key,
        {{ each_item('domains') }} as domain
    from {{ ref('stg_exports__ateliers') }}
    where domains is not null
)

select
    session_key,
    domain
from held
where domain != ''
