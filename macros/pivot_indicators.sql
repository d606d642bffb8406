{#-
  Columns of the marts that people read: cells of mart_indicators side by side, no arithmetic and no
  rule. Each takes an indicator and the column's name; `breakdown` where the indicator has one.
-#}
{% macro indicator_cell(indicator_id, counted, breakdown='') -%}
max(case when indicator_id = '{{ indicator_id }}' and breakdown = '{{ breakdown }}' then {{ counted }} end)
{%- endmacro %}

{% macro base_of(indicator_id, name, breakdown='') -%}
{{ indicator_cell(indicator_id, 'denominator', breakdown) }} as {{ name }}
{%- endmacro %}

{% macro count_of(indicator_id, name, breakdown='') -%}
{{ indicator_cell(indicator_id, 'numerator', breakdown) }} as {{ name }}
{%- endmacro %}

{% macro value_of(indicator_id, name, breakdown='') -%}
{{ indicator_cell(indicator_id, 'value', breakdown) }} as {{ name }}
{%- endmacro %}

{% macro count_and_share_of(indicator_id, name, breakdown='') -%}
{{ count_of(indicator_id, name, breakdown) }},
    {{ value_of(indicator_id, name ~ '_share', breakdown) }}
{%- endmacro %}
