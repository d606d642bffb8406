-- Distinct people in the numerator and the denominator of every indicator column.
-- A person is counted by their own rows, so what changes the counts is who changed: a build of what changed takes the
-- touched people as they were from those before, and adds them as they are.
{%- set counted, models = [], [] %}
{%- for model in rule_models('people') if not execute or indicator_columns(model, 'boolean') %}
{%- do models.append(model) %}
{%- do counted.append(count_people(model, signed=signed_name(model) if is_slice())) %}
{%- endfor %}
{%- if is_slice() %}
{%- do counted.append('select * from ' ~ before(this)) %}
with {{ kept_signed(models) }}
{%- endif %}
select
    period_id,
    geography_id,
    population,
    indicator_column,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator
from (
    {%- for people in counted %}
    select
        period_id,
        geography_id,
        population,
        indicator_column,
        numerator,
        denominator
    from ({{ people }}) as people_{{ loop.index }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
) as counted
group by period_id, geography_id, population, indicator_column
having sum(denominator) > 0
