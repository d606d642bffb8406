{#-
  What an export must satisfy: no key occurs twice, columns that are `required` in the model's YAML are
  filled, those with `values` hold no other, and those of `relationships` are found where they refer
  to. One row per broken rule.
-#}
{% test delivery_rules(model, key, relationships=[]) %}
{{ config(fail_calc='coalesce(sum(rows_against), 0)') }}
{%- set doubles = '(select 1 from ' ~ model ~ ' group by ' ~ key | join(', ') ~ ' having count(*) > 1) as doubles' %}
{{ broken_rule(doubles, key | join(', ') ~ ': the key occurs more than once', '1 = 1') }}
{%- for column in columns_of(model) %}
{%- set meta = column.config.meta %}
{%- if meta.get('required') %}
union all
{{ broken_rule(model, column.name ~ ' is empty', column.name ~ ' is null') }}
{%- endif %}
{%- if meta.get('values') %}
union all
{{ broken_rule(
    model,
    column.name ~ ' is not in its closed list',
    column.name ~ " not in ('" ~ meta['values'] | join("', '") ~ "')"
) }}
{%- endif %}
{%- endfor %}
{%- for relationship in relationships %}
{%- set found = relationship.to ~ ' where ' ~ relationship.field ~ ' is not null' %}
union all
{{ broken_rule(
    model,
    relationship.column ~ ' is not in ' ~ relationship.to.identifier,
    relationship.column ~ ' not in (select ' ~ relationship.field ~ ' from ' ~ found ~ ')'
) }}
{%- endfor %}
{% endtest %}
