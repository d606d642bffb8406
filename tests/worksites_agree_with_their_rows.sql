-- What a worksite sees of itself, of its territory and of the whole are the distinct people of the rows that name them:
-- a row counts at the worksite and in the territory that it names, wherever the worksite lies.
{%- set places = {
    'worksite': 'of_person.worksite_id', 'territory': 'of_person.territory_id', 'whole': "'Total'"
} %}
{#- a build of what changed looks again at its worksites, and at all territories -#}
{%- set touched_worksites = {'worksite': 'worksite_id'} %}
{%- set looked_at = {
    'worksite': is_touched({'worksite': 'feedback.worksite_id'}) if is_slice() else 'true',
    'territory': 'true',
    'whole': 'true',
} %}
{%- set counted = {
    'ind_headcount': {'headcount__supported': ('headcount.supported', '')},
    'ind_exits': {'headcount__exited': ('headcount.exited', '')},
    'ind_barriers_at_exit': {},
} %}
{%- for difficulty in listed_codes('difficulty') %}
{%- do counted['ind_barriers_at_exit'].update(
    {'barriers__at_entry_exited__' ~ difficulty: ('barriers.at_entry_exited', difficulty)}
) %}
{%- endfor %}
{%- set indicator_ids = [] %}
with counts as (
    {%- for model, columns in counted.items() if columns or not execute %}
    {%- set is_last, people = loop.last, [] %}
    {%- for column, (indicator_id, breakdown) in columns.items() %}
    {%- do indicator_ids.append("'" ~ indicator_id ~ "'") if "'" ~ indicator_id ~ "'" not in indicator_ids %}
    {%- do people.append({
        'indicator_id': "'" ~ indicator_id ~ "'", 'breakdown': "'" ~ breakdown ~ "'", 'people': column
    }) %}
    {%- endfor %}
    {%- for level, place in places.items() %}
    select
        '{{ level }}' as level,
        place,
        reporting_year,
        {{ each_row(people) }}
    from (
        select
            {%- for column in columns %}
            count(case when {{ column }} then 1 end) as {{ column }},
            {%- endfor %}
            place,
            reporting_year
        from (
            select
                {%- for column in columns %}
                bool_or(of_person.{{ column }}) as {{ column }},
                {%- endfor %}
                {{ place }} as place,
                years.reporting_year,
                of_person.person_key
            from {{ whole(ref(model), only=touched_worksites if level == 'worksite') }} as of_person
            inner join {{ ref('dim_reporting_years') }} as years on of_person.period_id = years.period_id
            group by {{ place ~ ', ' if level != 'whole' }}years.reporting_year, of_person.person_key
        ) as people
        group by place, reporting_year
    ) as counted
    {{ 'union all' if not (is_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

feedback as (
    select
        worksite_id,
        territory_id,
        'Total' as whole_id,
        reporting_year,
        indicator_id,
        breakdown,
        value as worksite_value,
        territory_value,
        national_value as whole_value
    from {{ ref('mart_worksite_feedback') }}
    where indicator_id in ({{ indicator_ids | join(', ') }})
)
{%- for level in places %}

select
    feedback.worksite_id,
    feedback.reporting_year,
    feedback.indicator_id,
    feedback.breakdown
from feedback
left join counts
    on
        counts.level = '{{ level }}'
        and feedback.{{ level }}_id = counts.place
        and feedback.reporting_year = counts.reporting_year
        and feedback.indicator_id = counts.indicator_id
        and feedback.breakdown = counts.breakdown
where feedback.{{ level }}_value != coalesce(counts.people, 0) and {{ looked_at[level] }}
union all
{%- endfor %}
-- nobody who is counted is left out
select
    counts.place as worksite_id,
    counts.reporting_year,
    counts.indicator_id,
    counts.breakdown
from counts
left join feedback
    on
        counts.place = feedback.worksite_id
        and counts.reporting_year = feedback.reporting_year
        and counts.indicator_id = feedback.indicator_id
        and counts.breakdown = feedback.breakdown
where counts.level = 'worksite' and counts.people > 0 and feedback.worksite_id is null
