{# One row per item of a list written with ";" between its items. #}
{% macro each_item(column) -%}
    {{ return(adapter.dispatch('each_item')(column)) }}
{%- endmacro %}

{% macro default__each_item(column) -%}
trim(unnest(string_split({{ column }}, ';')))
{%- endmacro %}

{% macro spark__each_item(column) -%}
explode(transform(split({{ column }}, ';'), item -> trim(item)))
{%- endmacro %}
