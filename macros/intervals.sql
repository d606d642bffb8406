{#-
  95% intervals. Formulas: Wilson (1927) for a share; Newcombe (1998), method 10, for a difference of
  two shares; Katz (1978), the log method, for a ratio of two shares; Greenland and Robins (1985) for
  the Mantel-Haenszel ratio. A test compares them with statsmodels.
-#}
{% macro z_95() -%}
1.959963984540054
{%- endmacro %}

{# Wilson bound of numerator / denominator; sign '-' for the lower, '+' for the upper one. Null where the base is empty. Kept within 0 and 1, from which floating point strays by 1e-17. #}
{% macro wilson_bound(numerator, denominator, sign) -%}
case when {{ denominator }} > 0 then least(1, greatest(0, (
        {{ numerator }} + {{ z_95() }} * {{ z_95() }} / 2
        {{ sign }} {{ z_95() }} * sqrt(
            {{ numerator }} * ({{ denominator }} - {{ numerator }}) / {{ denominator }} + {{ z_95() }} * {{ z_95() }} / 4
        )
    ) / ({{ denominator }} + {{ z_95() }} * {{ z_95() }}))) end
{%- endmacro %}

{# Bound of a ratio from its logarithm's standard error. Null where the ratio is 0 or unknown. #}
{% macro ratio_bound(ratio, log_variance, sign) -%}
case when {{ ratio }} > 0 then {{ ratio }} * exp({{ sign }}{{ z_95() }} * sqrt({{ log_variance }})) end
{%- endmacro %}
