-- Distinct people in the numerator and the denominator of every indicator column, by worksite.
{%- for theme in people_models() %}
({{ count_people(theme, place='worksite') }})
{{ 'union all' if not loop.last }}
{%- endfor %}
