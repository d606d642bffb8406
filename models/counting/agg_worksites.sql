-- Worksites in the numerator and the denominator of the indicators that count worksites, and the
-- people of some worksites as a share of all.
with worksites as (
    select * from {{ ref('ind_worksites') }}
)
{% for column in indicator_columns(ref('ind_worksites'), 'boolean') %}
select
    reporting_year,
    geography_id,
    population,
    '{{ column }}' as indicator_column,
    count(case when {{ column }} then 1 end) as numerator,
    count({{ column }}) as denominator
from worksites
group by reporting_year, geography_id, population
union all
{%- endfor %}
{%- for column in indicator_columns(ref('ind_worksites'), 'number') %}
select
    reporting_year,
    geography_id,
    population,
    '{{ column }}' as indicator_column,
    sum({{ column }})::bigint as numerator,
    sum(counted_here)::bigint as denominator
from worksites
group by reporting_year, geography_id, population
{{ 'union all' if not loop.last }}
{%- endfor %}
