-- The form of every worksite and period: a row for each line that rows can say, also where nobody counts in it. Lines count
-- distinct people, or give the mean duration of pathways that ended.
{%- set lines = dialogue_lines() %}
{%- set counted = lines | selectattr('answers') | list %}
{%- set models = rule_models('dialogue') %}
with answered as (
    {%- for model in models if not execute or counted %}
    ({{ count_lines(model, counted) }})
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

held as (
    select
        worksite_id,
        period_id
        {%- for line in counted %},
        cast(sum(number_{{ line.place }}) as double) as number_{{ line.place }}
        {%- endfor %}
    from answered
    group by worksite_id, period_id
),

lines as (
    {%- for line in counted %}
    {%- set base = 'number_' ~ line.base if line.base else 'cast(null as double)' %}
    {%- set unknown = 'number_' ~ line.unknown if line.unknown else 'cast(null as double)' %}
    select
        worksite_id,
        period_id,
        '{{ line.line_id }}' as line_id,
        number_{{ line.place }} as number,
        {{ base }} as base,
        number_{{ line.place }} / nullif({{ base }}, 0) as share,
        {{ unknown }} as unknown
    from held
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ended as (
    select
        worksite_id,
        period_id,
        population,
        {{ exact_sum('duration_months') }} / count(duration_months) as duration_months,
        count(duration_months) as pathways
    from {{ ref('ind_dialogue_exits') }}
    group by worksite_id, period_id, population
),

means as (
    select
        held.worksite_id,
        held.period_id,
        means.line_id,
        ended.duration_months as number,
        cast(coalesce(ended.pathways, 0) as double) as base,
        cast(null as double) as share,
        cast(null as double) as unknown
    from held
    inner join {{ ref('stg_reference__dialogue_lines') }} as means on means.question = 'duration_months'
    left join ended
        on
            held.worksite_id = ended.worksite_id
            and held.period_id = ended.period_id
            and means.population = ended.population
)


select
    form.worksite_id,
    form.period_id,
    periods.first_day,
    periods.last_day,
    form.line_id,
    form.number,
    form.base,
    form.share,
    form.unknown
from (
    select * from lines
    union all
    select * from means
) as form
inner join {{ ref('dim_reporting_periods') }} as periods on form.period_id = periods.period_id
