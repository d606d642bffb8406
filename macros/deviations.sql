{#- How many standard errors lie between two shares, each given as a count and what it is counted of. -#}
{% macro deviations_of_shares(count_now, all_now, count_before, all_before) -%}
{%- set pooled = '((' ~ count_now ~ ' + ' ~ count_before ~ ') * 1.0 / (' ~ all_now ~ ' + ' ~ all_before ~ '))' -%}
abs({{ count_now }} * 1.0 / {{ all_now }} - {{ count_before }} * 1.0 / {{ all_before }})
        / nullif(sqrt({{ pooled }} * (1 - {{ pooled }}) * (1.0 / {{ all_now }} + 1.0 / {{ all_before }})), 0)
{%- endmacro %}
