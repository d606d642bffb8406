{# A work placement or a contract, by which the network of employers is known. #}
{% macro is_placement(types) -%}
{{ types }}.domain = 'emploi' and ({{ types }}.action_type = '02- PMSMP' or {{ types }}.action_type like '01-Signature%')
{%- endmacro %}

{# Actions with each partner that they name, as they spell it. #}
{% macro partners_by_action(actions) -%}
select distinct
    action_key,
    {{ each_item('partners') }} as spelling
from {{ actions }}
where partners is not null
{%- endmacro %}

{#-
  A partner's name is the spelling that most actions have, and its place in the network is of all of them: in a build of
  what changed, what is said of partners is touched for all actions, and worksites, of a partner that got another one.
-#}
{% macro touch_renamed() -%}
{%- if is_slice() -%}
insert into touched
select 'named_action' as unit, key
from touched
where unit = 'action'
union
select 'named_action', action_key
from {{ before(this) }}
where partner_key in (select partner_key from ({{ differing(ref('dim_partners'), 'partner_key, partner') }}) as renamed)
{%- endif -%}
{%- endmacro %}

{% macro touch_partners() -%}
{%- if is_slice() -%}
insert into touched
with moved as (
    {{ differing(this, 'period_id, partner_key') }}
),

acted as (
    select key as action_key from touched where unit = 'named_action'
    union
    select action_key
    from {{ whole(ref('fct_partner_action_partners')) }}
    where partner_key in (select partner_key from moved)
)

select 'partner_action' as unit, action_key as key from acted
union
select 'partner_worksite', worksite_id
from {{ whole(ref('fct_partner_actions')) }}
where worksite_id is not null and action_key in (select action_key from acted)
union
select 'partner_worksite', key from touched where unit = 'worksite'
{%- endif -%}
{%- endmacro %}

{# Rows that a table has, or had before, and not both. #}
{% macro differing(relation, columns) -%}
select * from (select {{ columns }} from {{ relation }} except select {{ columns }} from {{ before(relation) }})
    union all
    select * from (select {{ columns }} from {{ before(relation) }} except select {{ columns }} from {{ relation }})
{%- endmacro %}
