{#-
  One check of rows: how many are against it, of how many that it looks at, by year and place. Where `relation` has one
  row for several of the export, `counts` is the column with their number.
-#}
{% macro rows_against(check_id, export, relation, condition, column_name='', among='1 = 1', counts='1') -%}
select
        '{{ check_id }}' as check_id,
        '{{ export }}' as export,
        '{{ column_name }}' as column_name,
        reporting_year,
        territory_id,
        worksite_id,
        sum({{ counts }}) as rows_looked_at,
        sum(case when {{ condition }} then {{ counts }} else 0 end) as rows_against
    from {{ relation }}
    where reporting_year is not null and {{ among }}
    group by reporting_year, territory_id, worksite_id
{%- endmacro %}

{# Two answers are not the same; unknown is an answer of its own. #}
{% macro differ(one, other) -%}
coalesce({{ one }} != {{ other }}, ({{ one }} is null) != ({{ other }} is null))
{%- endmacro %}

{# Rows with a territory and a worksite, once for each place that they belong to. #}
{% macro at_each_level(relation) -%}
{%- for level, place in {'total': "'Total'", 'territory': 'territory_id', 'worksite': 'worksite_id'}.items() %}
    select
        *,
        '{{ level }}' as place_level,
        {{ place }} as place_id
    from {{ relation }}
    where {{ place }} is not null
    {{ 'union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}

{# The number that a check allows, from its line in the seed. #}
{% macro limit_of(check_id) -%}
(select checks.allowed from {{ ref('stg_reference__data_checks') }} as checks where checks.check_id = '{{ check_id }}')
{%- endmacro %}

{# How far something may be off at a place before it is told; null where that level is not looked at. #}
{% macro threshold_of(checks, place_level) -%}
case {{ place_level }}
        when 'total' then {{ checks }}.largest_total
        when 'territory' then {{ checks }}.largest_territory
        else {{ checks }}.largest_worksite
    end
{%- endmacro %}

{# What checks of a severity found, one row for each of them; `cvg build` prints them. #}
{% macro findings_by_check(severity) -%}
select
    concat(check_id, ': ', min(fix)) as rule,
    count(*) as rows_against,
    cast(null as int) as first_line
from {{ ref('mart_data_findings') }}
where severity = '{{ severity }}' and state = 'found'
group by check_id
{%- endmacro %}

{# What `rows_against` counted, for each place that has a row against a check. #}
{% macro sum_by_place(counted) -%}
select
    check_id,
    export,
    column_name,
    '' as category,
    cast(reporting_year as int) as reporting_year,
    place_level,
    place_id,
    cast(sum(rows_against) as double) as observed,
    cast(null as double) as expected,
    cast(sum(rows_against) as double) as rows_against,
    sum(rows_against) * 1.0 / sum(rows_looked_at) as distance,
    cast(null as double) as deviations,
    cast(null as string) as note
from (
    {{ at_each_level(counted) }}
) as placed
group by check_id, export, column_name, reporting_year, place_level, place_id
having sum(rows_against) > 0
{%- endmacro %}
