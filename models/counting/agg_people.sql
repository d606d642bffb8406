-- Distinct people in the numerator and the denominator of every indicator column.
{%- for theme in people_models() %}
({{ count_people(theme) }})
{{ 'union all' if not loop.last }}
{%- endfor %}
