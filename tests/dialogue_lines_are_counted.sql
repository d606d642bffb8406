-- Every line of the half-yearly form asks a question that its rule model answers, and shares are of lines that exist.
with questions as (
    {%- for model in rule_models('dialogue') %}
    {%- set outer_loop = loop %}
    {%- for question in question_columns(model) %}
    select
        '{{ model.identifier }}' as rule_model,
        '{{ question }}' as question
    {{ 'union all' if not (loop.last and outer_loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

lines as (
    select
        line_id,
        case population when 'supported' then 'ind_dialogue_supported' else 'ind_dialogue_exits' end as rule_model,
        question,
        base_line
    from {{ ref('stg_reference__dialogue_lines') }}
    -- the mean of durations is no question
    where question is null or answers is not null
)

select
    lines.line_id,
    lines.question
from lines
left join questions on lines.rule_model = questions.rule_model and lines.question = questions.question
where lines.question is not null and questions.question is null
union all
select
    lines.line_id,
    lines.base_line as question
from lines
left join lines as bases on lines.base_line = bases.line_id
where lines.base_line is not null and bases.line_id is null
