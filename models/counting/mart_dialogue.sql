-- The form of every worksite and period: a row for each line that rows can say, also where nobody counts in it. Lines count
-- distinct people, or give the mean duration of pathways that ended.
{%- set lines = dialogue_lines() %}
{%- set counted = lines | selectattr('answers') | list %}
{%- set models = rule_models('dialogue') %}
with
{%- for model in models %}
answered_{{ loop.index }} as (
    {{ count_lines(model, lines_of(model, counted)) }}
),
{%- endfor %}

held as (
    {%- for model in models %}
    select
        worksite_id,
        period_id
    from answered_{{ loop.index }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),
{%- for model in models %}

held_{{ loop.index }} as (
    select
        answered.*,
        held.worksite_id as held_worksite_id,
        held.period_id as held_period_id
    from held
    left join answered_{{ loop.index }} as answered
        on held.worksite_id = answered.worksite_id and held.period_id = answered.period_id
),
{%- endfor %}

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
    case when form.is_count then form.number / nullif(form.base, 0) end as share,
    form.unknown
from (
    {%- for model in models %}
    {%- set answered = [] %}
    {%- for line in lines_of(model, counted) %}
    {%- do answered.append({
        'line_id': "'" ~ line.line_id ~ "'",
        'number': number_in(line.place),
        'base': number_in(line.base),
        'unknown': number_in(line.unknown),
    }) %}
    {%- endfor %}
    {%- if answered %}
    select
        held_worksite_id as worksite_id,
        held_period_id as period_id,
        {{ each_row(answered) }},
        true as is_count
    from held_{{ loop.index }}
    union all
    {%- endif %}
    {%- endfor %}
    select
        *,
        false as is_count
    from means
) as form
inner join {{ ref('dim_reporting_periods') }} as periods on form.period_id = periods.period_id
