{#-
  Each indicator's breakdown shares out its base: where a row is in the base, exactly one of the
  indicator's columns is true; outside, all are null. One row per broken rule.
-#}
{% test one_value_each(model, indicators) %}
{{ config(fail_calc='coalesce(sum(rows_against), 0)') }}
{%- set all_columns = indicator_columns(model, 'boolean') %}
{%- for indicator in indicators %}
{%- set columns = [] %}
{%- for column in all_columns if column.startswith(indicator ~ '__') %}
{%- do columns.append(column) %}
{%- endfor %}
{{ broken_rule(
    model,
    model.identifier ~ ': ' ~ indicator ~ ' has not exactly one value',
    'case when ' ~ columns | join(' then 1 else 0 end + case when ') ~ ' then 1 else 0 end'
    ~ ' != case when ' ~ columns | first ~ ' is null then 0 else 1 end'
) }}
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endtest %}
