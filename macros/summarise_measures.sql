{#-
  Mean or median, as the catalogue says, of every numeric indicator column of the rule models: each
  pathway (or each person, as the catalogue says) counts once in a period and place, with the highest of
  its values. Columns: period_id, geography_id, population, indicator_column, denominator, measure.

  As in `count_people`, only those with several rows in the period are collapsed in every place.
-#}
{% macro summarise_measures(place='geography') -%}
{%- set place_and_column = 'period_id, geography_id, counted_population, indicator_column, statistic' -%}
{%- set measured = [] -%}
{%- for model in rule_models('people') -%}
  {%- for column in indicator_columns(model, 'number') -%}
    {%- do measured.append({'model': model, 'column': column}) -%}
  {%- endfor -%}
{%- endfor -%}
with measures as (
    {%- for measure in measured %}
    select
        period_id,
        {{ home_of(place) }},
        person_key,
        pathway_key,
        '{{ measure.column }}' as indicator_column,
        {{ measure.column }}::double as measure
    from {{ counted_for(place, measure.model) }}
    where {{ measure.column }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

measured as (
    select
        measures.*,
        catalogue.statistic,
        catalogue.counting_unit,
        case when catalogue.counting_unit = 'pathways' then measures.pathway_key else measures.person_key end
            as counted_key
    from measures
    inner join {{ ref('dim_indicator_breakdowns') }} as catalogue
        on measures.indicator_column = catalogue.indicator_column
),

{#- a rule model has one row of a pathway and period #}
{{ split_repeated('measured', ['period_id', 'indicator_column', 'counted_key'], only="counting_unit = 'people'") }},

-- how often each value occurs: far fewer rows than people, to be placed and sorted
often as (
    select
        period_id,
        {{ home_of(place) }},
        indicator_column,
        statistic,
        measure,
        count(*) as times
    from once
    group by period_id, {{ home_of(place) }}, indicator_column, statistic, measure
),

counted as (
    select
        {{ place_and_column }},
        measure,
        times
    from ({{ in_every_place('often', place) }}) as placed
    union all
    select
        {{ place_and_column }},
        max(measure) as measure,
        1 as times
    from ({{ in_every_place('several', place) }}) as placed
    group by {{ place_and_column }}, counted_key
),

valued as (
    select
        {{ place_and_column }},
        measure,
        sum(times) as times
    from counted
    group by {{ place_and_column }}, measure
),

ranked as (
    select
        *,
        sum(times) over (partition by {{ place_and_column }} order by measure) as up_to,
        sum(times) over (partition by {{ place_and_column }}) as total
    from valued
),

-- the two values in the middle: one and the same where their number is odd
summed as (
    select
        {{ place_and_column }},
        cast(max(total) as bigint) as denominator,
        {{ exact_sum('measure', 'times') }} as whole,
        min(case when 2 * up_to >= total then measure end) as lower,
        min(case when 2 * up_to > total then measure end) as upper
    from ranked
    group by {{ place_and_column }}
)

select
    period_id,
    geography_id,
    counted_population as population,
    indicator_column,
    denominator,
    case statistic
        when 'mean' then whole / denominator
        when 'median' then (lower + upper) / 2
    end as measure
from summed
{%- endmacro %}
