{#-
  Sum of an expression, the same to the last bit in whatever order the rows come: a sum of doubles is not.
  `times` is a column that says how often each value occurs. With it 28 digits are kept, so that the
  product has no more than 38.
-#}
{% macro exact_sum(expression, times=none) -%}
{%- if times -%}
sum(cast({{ expression }} as decimal(28, 18)) * cast({{ times }} as decimal(9, 0)))::double
{%- else -%}
sum(cast({{ expression }} as decimal(38, 18)))::double
{%- endif -%}
{%- endmacro %}
