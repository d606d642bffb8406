{#-
  Whether a value agrees with a printed figure at the figure's own precision: `exact` and `rounded`
  at the decimals printed, `approx` within 10%, `lower_bound` and `upper_bound` as bounds, `apart` as a
  bound of a difference whichever way it goes.
-#}
{% macro agrees_with_print(value, printed, precision) -%}
case
        when {{ precision }} in ('exact', 'rounded') and {{ printed }} = round({{ printed }}) then round({{ value }}) = {{ printed }}
        when {{ precision }} in ('exact', 'rounded') then round({{ value }}, 1) = {{ printed }}
        when {{ precision }} = 'approx' then abs({{ value }} - {{ printed }}) <= 0.1 * abs({{ printed }})
        when {{ precision }} = 'lower_bound' then {{ value }} >= {{ printed }}
        when {{ precision }} = 'upper_bound' then {{ value }} <= {{ printed }}
        when {{ precision }} = 'apart' then abs({{ value }}) <= {{ printed }}
    end
{%- endmacro %}
