-- Warns of a code of a reference list that no line of the half-yearly form counts: whoever has it is in the base alone.
-- Its line is one of seeds/reference/dialogue_lines.csv, a new one or one with the code among its answers.
{{ config(severity='warn') }}
with asked as (
    select distinct
        population,
        question
    from {{ ref('dim_dialogue_answers') }}
    where question in ('housing_group_at_entry', 'housing_group_at_exit')
),

codes as (
    select
        'supported' as population,
        'referrer' as question,
        referrer as answer
    from {{ ref('stg_reference__referrers') }}
    union all
    select
        case when job_lines.answer is null then 'other_exits' else 'job_exits' end as population,
        'exit_category' as question,
        categories.exit_category as answer
    from {{ ref('stg_reference__exit_categories') }} as categories
    left join {{ ref('dim_dialogue_answers') }} as job_lines
        on job_lines.population = 'job_exits' and categories.exit_category = job_lines.answer
    union all
    select
        asked.population,
        asked.question,
        housing_groups.housing_group as answer
    from {{ ref('stg_reference__housing_groups') }} as housing_groups
    cross join asked
)

select codes.*
from codes
left join {{ ref('dim_dialogue_answers') }} as answers
    on
        codes.population = answers.population
        and codes.question = answers.question
        and codes.answer = answers.answer
where answers.line_id is null
