{#-
  Sum of an expression, the same to the last bit in whatever order the rows come: a sum of doubles is not.
  `times` is a column that says how often each value occurs. With it 28 digits are kept, so that the
  product has no more than 38.
-#}
{% macro exact_sum(expression, times=none) -%}
    {{ return(adapter.dispatch('exact_sum')(expression, times)) }}
{%- endmacro %}

{% macro default__exact_sum(expression, times) -%}
{%- if times -%}
sum(cast({{ expression }} as decimal(28, 18)) * cast({{ times }} as decimal(9, 0)))::double
{%- else -%}
sum(cast({{ expression }} as decimal(38, 18)))::double
{%- endif -%}
{%- endmacro %}

{#-
  Spark makes other decimals of the same doubles. So that the sum is DuckDB's to the last bit, doubles become whole
  numbers as there, value * 1e18, in two parts that each are exact, and their sum is read as a double, which rounds it
  once.
-#}
{% macro spark__exact_sum(expression, times) -%}
{%- set scaled = '(' ~ expression ~ ' * 1e18)' -%}
{%- set high = 'cast(' ~ scaled ~ ' / 4294967296e0 as bigint)' -%}
{%- set low = 'cast(' ~ scaled ~ ' - ' ~ high ~ ' * 4294967296e0 as bigint)' -%}
{%- set weight = ' * ' ~ times if times else '' -%}
cast(concat(sum({{ high }}{{ weight }}) * 4294967296bd + sum({{ low }}{{ weight }}), 'e-18') as double)
{%- endmacro %}
