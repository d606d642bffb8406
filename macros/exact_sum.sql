{# Sum of an expression, the same to the last bit in whatever order the rows come: a sum of doubles is not. #}
{% macro exact_sum(expression) -%}
sum(cast({{ expression }} as decimal(38, 18)))::double
{%- endmacro %}
