-- Distinct people in the numerator and the denominator of every indicator column.
{%- set themes = [ref('ind_exits'), ref('ind_housing'), ref('ind_health'), ref('ind_pathways')] %}
{%- for theme in themes %}
select * from (
{{ count_people(theme) }}
)
{{ 'union all' if not loop.last }}
{%- endfor %}
