-- Distinct people of each worksite, period and line of the form, and the mean duration of pathways that ended; rows where
-- there is somebody. An answer that is not known counts as the answer `inconnu`.
{%- set counted = [] %}
{%- set answers_of_lines = ref('dim_dialogue_answers') %}
{%- for model in rule_models('dialogue') %}
{%- for question in question_columns(model) %}
{%- set answered %}
select
    answers.worksite_id,
    answers.period_id,
    lines.line_id,
    cast(count(distinct answers.person_key) as double) as number,
    cast(null as bigint) as pathways
from {{ model }} as answers
inner join {{ answers_of_lines }} as lines
    on
        answers.population = lines.population
        and lines.question = '{{ question }}'
        and coalesce(cast(answers.{{ question }} as string), 'inconnu') = lines.answer
where answers.worksite_id is not null
group by answers.worksite_id, answers.period_id, lines.line_id
{%- endset %}
{%- do counted.append(answered) %}
{%- endfor %}
{%- endfor %}
{{ counted | join('\nunion all\n') }}
{{ 'union all' if counted }}
select
    exits.worksite_id,
    exits.period_id,
    lines.line_id,
    {{ exact_sum('exits.duration_months') }} / count(exits.duration_months) as number,
    count(exits.duration_months) as pathways
from {{ ref('ind_dialogue_exits') }} as exits
inner join {{ ref('stg_reference__dialogue_lines') }} as lines
    on exits.population = lines.population and lines.question = 'duration_months'
where exits.worksite_id is not null and exits.duration_months is not null
group by exits.worksite_id, exits.period_id, lines.line_id
