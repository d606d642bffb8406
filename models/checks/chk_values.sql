-- How many rows have which value, this year and the year before, by worksite, territory and in all.
-- A build of what changed counts the touched rows alone: of a territory it takes them as they were from the counts before.
{%- set places = {
    'salaries': 'territory_id, worksite_id',
    'sorties': 'territory_id, worksite_id',
    'actions': 'territory_id, worksite_id',
    'ateliers': 'territory_id, null as worksite_id',
    'suivi_post_sortie': 'territory_id, worksite_id',
} %}
{%- set checked, staged_exports = [], [] %}
{%- for export in places %}
{%- set staged = ref('stg_exports__' ~ export) %}
{%- do staged_exports.append(staged) %}
{%- for column in checked_columns(staged) %}
{%- do checked.append(dict(column, export=export, staged=staged)) %}
{%- endfor %}
{%- endfor %}
with
{%- if is_slice() %}
{{ kept_before(staged_exports) }},
{%- endif %}
{%- for state in states(kept=true) %}
follow_ups_{{ state.name }} as (
    select
        follow_ups.*,
        exits.territory_id,
        exits.worksite_id
    from {{ state.rows(ref('stg_exports__suivi_post_sortie')) }} as follow_ups
    inner join {{ state.rows(ref('stg_exports__sorties')) }} as exits on follow_ups.pathway_key = exits.pathway_key
),
{%- endfor %}

checked as (
    {%- for column in checked %}
    select
        {{ loop.index }} as column_number,
        '{{ column.export }}' as export,
        '{{ column.config.meta.raw }}' as column_name,
        {{ 'false' if column.config.meta.get('required') else 'true' }} as is_optional,
        {{ 'true' if column.data_type in ['boolean', 'string'] else 'false' }} as is_category,
        {{ 'true' if column.config.meta.get('occasional') else 'false' }} as is_occasional
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{%- for state in states(kept=true) %}

counted_{{ state.name }} as (
    {%- for column in checked %}
    select
        {{ loop.index }} as column_number,
        reporting_year,
        {{ places[column.export] }},
        {{ shown_value(column) }} as shown_value,
        {{ state.sign }}count(*) as rows_counted
    from {{ 'follow_ups_' ~ state.name if column.export == 'suivi_post_sortie' else state.rows(column.staged) }}
    where reporting_year is not null
    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),
{%- endfor %}

-- few rows, of which those of the larger places are made
territories as (
    select
        column_number,
        reporting_year,
        territory_id,
        cast(null as string) as worksite_id,
        shown_value,
        sum(rows_counted) as rows_counted
    from (
        {%- for state in states(kept=true) %}
        select * from counted_{{ state.name }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
        {%- if is_slice() %}
        union all
        select
            checked.column_number,
            earlier.reporting_year,
            earlier.place_id as territory_id,
            cast(null as string) as worksite_id,
            nullif(earlier.shown_value, '') as shown_value,
            earlier.rows_now as rows_counted
        from {{ before(this) }} as earlier
        inner join checked on earlier.export = checked.export and earlier.column_name = checked.column_name
        where earlier.place_level = 'territory'
        {%- endif %}
    ) as counted
    group by all
    having sum(rows_counted) > 0
),

placed as (
    {{ at_each_level('territories') }}
    union all
    select
        *,
        'worksite' as place_level,
        worksite_id as place_id
    from counted_now
    where worksite_id is not null
),

both_years as (
    select
        column_number,
        reporting_year,
        place_level,
        place_id,
        coalesce(shown_value, '') as shown_value,
        rows_counted as rows_now,
        0 as rows_before
    from placed
    union all
    select
        column_number,
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
        column_number,
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
    checked.export,
    checked.column_name,
    checked.is_optional,
    checked.is_category,
    checked.is_occasional,
    compared.reporting_year,
    compared.place_level,
    compared.place_id,
    compared.shown_value,
    compared.rows_now,
    compared.rows_before,
    sum(compared.rows_now) over place as all_now,
    sum(compared.rows_before) over place as all_before,
    sum(case when compared.shown_value != '' then compared.rows_now else 0 end) over place as known_now,
    sum(case when compared.shown_value != '' then compared.rows_before else 0 end) over place as known_before
from compared
inner join checked on compared.column_number = checked.column_number
window place as (
    partition by compared.column_number, compared.reporting_year, compared.place_level, compared.place_id
)
