-- What each line of the form asks of people supported in a period, as the delivery says that speaks for it. A column that
-- is no key is a question of the seed dialogue_lines; null is an answer that is not known.
select
    periods.pathway_key,
    periods.period_id,
    periods.person_key,
    periods.worksite_id,
    'supported' as population,
    periods.is_supported,
    periods.is_on_books_at_end,
    answers.sex,
    case
        when periods.age_at_end < 26 then 'moins de 26 ans'
        when periods.age_at_end < 50 then '26 à 49 ans'
        when periods.age_at_end >= 50 then '50 ans et plus'
    end as age_band,
    answers.education_level,
    answers.time_without_work,
    answers.rsa_at_entry,
    answers.ass_at_entry,
    answers.rqth_at_entry,
    answers.aah_at_entry,
    answers.refugee_at_entry,
    answers.housing_group_at_entry,
    answers.street_duration,
    {%- for difficulty in listed_codes('difficulty') %}
    answers.difficulty_{{ difficulty }}_at_entry,
    {%- endfor %}
    answers.referrer
from {{ ref('fct_pathway_periods') }} as periods
inner join {{ ref('fct_pathway_years') }} as answers
    on periods.pathway_key = answers.pathway_key and periods.delivery_year = answers.reporting_year
where periods.is_supported
