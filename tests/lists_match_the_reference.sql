-- The codes that the models loop over (vars of dbt_project.yml) are those of the reference seeds.
with looped as (
    {%- set lists = [
        'difficulties', 'housing_groups', 'job_or_training_categories', 'other_exit_categories', 'referrers'
    ] %}
    {%- for list in lists %}
    {%- set outer_loop = loop %}
    {%- for code in var(list) %}
    select
        '{{ list }}' as list,
        '{{ code }}' as code
    {{ 'union all' if not (loop.last and outer_loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

reference as (
    select
        'difficulties' as list,
        difficulty as code
    from {{ ref('stg_reference__difficulties') }}
    union all
    select
        'housing_groups' as list,
        housing_group as code
    from {{ ref('stg_reference__housing_groups') }}
    union all
    select
        concat(category_group, case category_group when 'other' then '_exit' else '' end, '_categories') as list,
        exit_category as code
    from {{ ref('stg_reference__exit_categories') }}
    where category_group != 'neutral'
    union all
    select
        'referrers' as list,
        referrer as code
    from {{ ref('stg_reference__referrers') }}
)

select
    coalesce(looped.list, reference.list) as list,
    coalesce(looped.code, reference.code) as code
from looped
full outer join reference on looped.list = reference.list and looped.code = reference.code
where (looped.code is null or reference.code is null) and {{ rows_are_loaded() }}
