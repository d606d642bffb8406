{#-
  The three states of an indicator: true = numerator, false = denominator only, null = outside the
  base. A condition that is unknown inside the base is false; name a narrower base where it is not.
-#}
{% macro within(base, condition) -%}
case when {{ base }} then coalesce({{ condition }}, false) end
{%- endmacro %}
