-- What a worksite sees of itself, of its territory and of the whole are the distinct people of the rows that name them:
-- a row counts at the worksite and in the territory that it names, wherever the worksite lies.
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
with people as (
    {%- for model, columns in counted.items() if columns or not execute %}
    {%- set states = [] %}
    {%- for column, (indicator_id, breakdown) in columns.items() %}
    {%- do indicator_ids.append("'" ~ indicator_id ~ "'") if "'" ~ indicator_id ~ "'" not in indicator_ids %}
    {%- do states.append({
        'indicator_id': "'" ~ indicator_id ~ "'", 'breakdown': "'" ~ breakdown ~ "'", 'is_counted': column
    }) %}
    {%- endfor %}
    select distinct
        years.reporting_year,
        counted.indicator_id,
        counted.breakdown,
        counted.worksite_id,
        counted.territory_id,
        counted.person_key
    from (
        select
            period_id,
            worksite_id,
            territory_id,
            person_key,
            {{ each_row(states) }}
        from {{ whole(ref(model)) }}
    ) as counted
    inner join {{ ref('dim_reporting_years') }} as years on counted.period_id = years.period_id
    where counted.is_counted
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

counts as (
    {%- for level, place in [('worksite', 'worksite_id'), ('territory', 'territory_id'), ('whole', "'Total'")] %}
    select
        '{{ level }}' as level,
        {{ place }} as place,
        reporting_year,
        indicator_id,
        breakdown,
        count(distinct person_key) as people
    from people
    group by {{ place ~ ', ' if level != 'whole' }}reporting_year, indicator_id, breakdown
    {{ 'union all' if not loop.last }}
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
{%- for level in ['worksite', 'territory', 'whole'] %}

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
where feedback.{{ level }}_value != coalesce(counts.people, 0)
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
where counts.level = 'worksite' and feedback.worksite_id is null
