-- How many rows have which value, this year and the year before, by worksite, territory and in all.
{%- set places = {
    'salaries': 'territory_id, worksite_id',
    'sorties': 'territory_id, worksite_id',
    'actions': 'territory_id, worksite_id',
    'ateliers': 'territory_id, null as worksite_id',
    'suivi_post_sortie': 'territory_id, worksite_id',
} %}
with follow_ups as (
    select
        follow_ups.*,
        exits.territory_id,
        exits.worksite_id
    from {{ ref('stg_exports__suivi_post_sortie') }} as follow_ups
    inner join {{ ref('stg_exports__sorties') }} as exits on follow_ups.pathway_key = exits.pathway_key
),

counted as (
    {%- for export, place in places.items() %}
    {%- set staged = ref('stg_exports__' ~ export) %}
    {%- for column in checked_columns(staged) %}
    select
        '{{ export }}' as export,
        '{{ column.config.meta.raw }}' as column_name,
        {{ 'false' if column.config.meta.get('required') else 'true' }} as is_optional,
        {{ 'true' if column.data_type in ['boolean', 'string'] else 'false' }} as is_category,
        {{ 'true' if column.config.meta.get('occasional') else 'false' }} as is_occasional,
        reporting_year,
        {{ place }},
        {{ shown_value(column) }} as shown_value,
        count(*) as rows_counted
    from {{ 'follow_ups' if export == 'suivi_post_sortie' else staged }}
    where reporting_year is not null
    group by all
    union all
    {%- endfor %}
    {%- endfor %}
    select
        null as export,
        null as column_name,
        null as is_optional,
        null as is_category,
        null as is_occasional,
        null as reporting_year,
        null as territory_id,
        null as worksite_id,
        null as shown_value,
        0 as rows_counted
    where 1 = 0
),

placed as (
    {{ at_each_level('counted') }}
),

both_years as (
    select
        export,
        column_name,
        is_optional,
        is_category,
        is_occasional,
        reporting_year,
        place_level,
        place_id,
        coalesce(shown_value, '') as shown_value,
        rows_counted as rows_now,
        0 as rows_before
    from placed
    union all
    select
        export,
        column_name,
        is_optional,
        is_category,
        is_occasional,
        reporting_year + 1 as reporting_year,
        place_level,
        place_id,
        coalesce(shown_value, '') as shown_value,
        0 as rows_now,
        rows_counted as rows_before
    from placed
    where reporting_year + 1 in (select years.reporting_year from {{ ref('dim_reporting_years') }} as years)
),

compared as (
    select
        export,
        column_name,
        is_optional,
        is_category,
        is_occasional,
        reporting_year,
        place_level,
        place_id,
        shown_value,
        sum(rows_now) as rows_now,
        sum(rows_before) as rows_before
    from both_years
    group by all
)

select
    *,
    sum(rows_now) over (partition by export, column_name, reporting_year, place_level, place_id) as all_now,
    sum(rows_before) over (partition by export, column_name, reporting_year, place_level, place_id) as all_before,
    sum(case when shown_value != '' then rows_now else 0 end)
        over (partition by export, column_name, reporting_year, place_level, place_id) as known_now,
    sum(case when shown_value != '' then rows_before else 0 end)
        over (partition by export, column_name, reporting_year, place_level, place_id) as known_before
from compared
