{#-
  Distinct people per indicator column, period, place and population of a rule model. Columns:
  period_id, geography_id, population, indicator_column, numerator, denominator.

  People with one row in the period are counted where that row is, and these small sums are added up for
  every place and population. People with several rows are first collapsed to one row per person in
  each of them (true in any of their pathways = true). At the end the sums become one row per column. `signed`, where it
  is given, names rows of the model with a `sign`, 1 or -1: who is added to the counts, and who is taken from them.
-#}
{% macro count_people(relation, place='geography', signed=none) -%}
{%- set home = home_of(place) -%}
{%- set columns = indicator_columns(relation, 'boolean') -%}
{%- set person = ['period_id', 'person_key'] + (['sign'] if signed else []) -%}
{%- set number_true = 'sum(case when {} then sign else 0 end)' if signed else 'count(case when {} then 1 end)' -%}
{%- set number_known = 'sum(case when {} is not null then sign else 0 end)' if signed else 'count({})' -%}
with {{ split_repeated(signed or relation, person) }},

counted_once as (
    select
        period_id,
        {{ home }}
        {%- for column in columns %},
        {{ number_true.format(column) }} as numerator_{{ loop.index }},
        {{ number_known.format(column) }} as denominator_{{ loop.index }}
        {%- endfor %}
    from once
    group by period_id, {{ home }}
),

people as (
    select
        geography_id,
        counted_population as population,
        {{ person | join(', ') }}
        {%- for column in columns %},
        bool_or({{ column }}) as {{ column }}
        {%- endfor %}
    from ({{ in_every_place('several', place) }}) as placed
    group by geography_id, counted_population, {{ person | join(', ') }}
),

counted as (
    select
        period_id,
        geography_id,
        counted_population as population
        {%- for column in columns %},
        numerator_{{ loop.index }},
        denominator_{{ loop.index }}
        {%- endfor %}
    from ({{ in_every_place('counted_once', place) }}) as placed
    union all
    select
        period_id,
        geography_id,
        population
        {%- for column in columns %},
        {{ number_true.format(column) }} as numerator_{{ loop.index }},
        {{ number_known.format(column) }} as denominator_{{ loop.index }}
        {%- endfor %}
    from people
    group by period_id, geography_id, population
),

sums as (
    select
        period_id,
        geography_id,
        population
        {%- for column in columns %},
        cast(sum(numerator_{{ loop.index }}) as bigint) as numerator_{{ loop.index }},
        cast(sum(denominator_{{ loop.index }}) as bigint) as denominator_{{ loop.index }}
        {%- endfor %}
    from counted
    group by period_id, geography_id, population
)

select
    sums.period_id,
    sums.geography_id,
    sums.population,
    names.indicator_column,
    case names.indicator_column
        {%- for column in columns %}
        when '{{ column }}' then sums.numerator_{{ loop.index }}
        {%- endfor %}
    end as numerator,
    case names.indicator_column
        {%- for column in columns %}
        when '{{ column }}' then sums.denominator_{{ loop.index }}
        {%- endfor %}
    end as denominator
from sums
cross join (
    values {% for column in columns %}('{{ column }}'){{ ', ' if not loop.last }}{% endfor %}
) as names (indicator_column)
{%- endmacro %}
