-- Every domain that an action or a session names is declared, and every type of an action is one of its domains'.
{{ config(fail_calc='coalesce(sum(rows_against), 0)') }}
{%- set known %}(select domains.domain from {{ ref('stg_reference__domains') }} as domains){% endset %}
{%- set of_other_domains %}
(
    select named.session_key
    from (
        select
            session_key,
            {{ each_item('domains') }} as domain
        from {{ ref('stg_exports__ateliers') }}
    ) as named
    where named.domain != '' and named.domain not in {{ known }}
)
{%- endset %}
with acted as (
    select
        action_key,
        action_types,
        {{ each_item('domains') }} as domain
    from {{ ref('stg_exports__actions') }}
),

typed as (
    select
        action_key,
        domain,
        {{ each_item('action_types') }} as action_type
    from acted
    where domain in {{ known }}
),

of_other_types as (
    select typed.action_key
    from typed
    left join {{ ref('stg_reference__action_types') }} as listed
        on typed.domain = listed.domain and typed.action_type = listed.action_type
    where typed.action_type != ''
    group by typed.action_key, typed.action_type
    having count(listed.action_type) = 0
)

{{ wrong_rows(exported('actions'), [
    (
        text('id_action') ~ " in (select acted.action_key from acted where acted.domain != '' and acted.domain not in " ~ known ~ ')',
        "'domaine: not in domains.csv'"
    ),
    (
        text('id_action') ~ ' in (select wrong_types.action_key from of_other_types as wrong_types)',
        "'types_action: not in action_types.csv for the domain'"
    ),
]) }}
union all
{{ wrong_rows(exported('ateliers'), [
    (text('id_atelier') ~ ' in ' ~ of_other_domains, "'domaine: not in domains.csv'"),
]) }}
