-- What each line of the form asks of the exits of a period: of all of them, and apart of those into a job or training and
-- of the others. A column that is no key is a question of the seed dialogue_lines; null is an answer that is not known.
-- The form's own lines say which categories are a job or training; an exit of unknown reason is none.
with exits as (
    select
        exits.*,
        exit_periods.period_id,
        case when job_categories.answer is null then 'other_exits' else 'job_exits' end as kind_of_exit
    from {{ ref('fct_exits') }} as exits
    inner join {{ ref('fct_exit_periods') }} as exit_periods on exits.pathway_key = exit_periods.pathway_key
    left join {{ ref('dim_dialogue_answers') }} as job_categories
        on
            job_categories.population = 'job_exits'
            and job_categories.question = 'exit_category'
            and exits.exit_category = job_categories.answer
),

counted as (
    select
        *,
        'exits' as counted_among
    from exits
    union all
    select
        *,
        kind_of_exit as counted_among
    from exits
)

select
    pathway_key,
    period_id,
    person_key,
    worksite_id,
    counted_among as population,
    in_base_exited as is_exited,
    duration_months,
    exit_category,
    case when exit_category = 'autre_emploi_formation' then care_pathway_at_exit else false end
        as care_pathway_of_positive_exit,
    {%- for difficulty in listed_codes('difficulty') %}
    difficulty_{{ difficulty }}_at_entry,
    case
        when difficulty_{{ difficulty }}_at_entry then difficulty_{{ difficulty }}_status_at_exit
        else 'sans objet'
    end as difficulty_{{ difficulty }}_at_exit,
    {%- endfor %}
    housing_group_at_entry,
    housing_group_at_exit,
    rqth_at_entry,
    rqth_at_exit,
    aah_at_entry,
    aah_at_exit,
    invalidity_pension_at_entry,
    invalidity_pension_at_exit,
    gp_at_entry,
    gp_at_exit,
    {{ health_coverage_level('health_coverage_at_exit') }} > {{ health_coverage_level('health_coverage_at_entry') }}
        as health_coverage_improved,
    post_exit_support
from counted
