-- Worksites and territories in the numerator and the denominator of the indicators that count them, and the
-- people of some worksites as a share of all.
{%- set counts = [] %}
{%- for model in rule_models('worksites') %}
{%- for type in ['boolean', 'number'] %}
{%- for column in indicator_columns(model, type) %}
{%- do counts.append({'model': model, 'column': column, 'type': type}) %}
{%- endfor %}
{%- endfor %}
{%- endfor %}
{%- for count in counts %}
select
    period_id,
    geography_id,
    population,
    '{{ count.column }}' as indicator_column,
    {%- if count.type == 'boolean' %}
    count(case when {{ count.column }} then 1 end) as numerator,
    count({{ count.column }}) as denominator
    {%- else %}
    sum({{ count.column }})::bigint as numerator,
    sum(counted_here)::bigint as denominator
    {%- endif %}
from {{ count.model }}
group by period_id, geography_id, population
{{ 'union all' if not loop.last }}
{%- endfor %}
