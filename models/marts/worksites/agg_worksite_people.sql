-- Distinct people in the numerator and the denominator of every indicator column, by worksite.
{%- for theme in people_models() %}
select * from (
{{ count_people(theme, place='worksite') }}
)
where denominator > 0
{{ 'union all' if not loop.last }}
{%- endfor %}
