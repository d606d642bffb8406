{#-
  Why a printed report cannot be compared with the exports: one row per report, with its year and a `note` that is
  null where it can. A report is about its own year, in the territories that it prints, and about the programme's own
  exports or the synthetic ones that are made after one.
-#}
{% macro report_obstacle() -%}
with delivered as (
    select distinct
        reporting_year,
        territory_id
    from {{ whole(ref('stg_exports__salaries')) }}
),

printed as (
    select
        reports.report_id,
        reports.reporting_year,
        count(distinct years.reporting_year) as years,
        count(distinct places.territory_id) as territories,
        count(distinct delivered.territory_id) as territories_delivered
    from {{ ref('stg_reference__reports') }} as reports
    left join {{ ref('dim_reporting_years') }} as years on reports.reporting_year = years.reporting_year
    left join {{ ref('report_figures') }} as figures on reports.report_id = figures.report_id
    left join {{ ref('dim_territories') }} as places on figures.row_label = places.territory_id
    left join delivered
        on
            places.territory_id = delivered.territory_id
            and reports.reporting_year = delivered.reporting_year
    group by reports.report_id, reports.reporting_year
)

select
    report_id,
    reporting_year,
    case
        when years = 0 then 'the exports have no row of its year'
        when {{ exports_are_the_demo() }} then null
        when (select bool_and(exports.is_synthetic) from {{ ref('dim_exports') }} as exports)
            then 'the exports are synthetic, and not the shipped ones'
        when territories_delivered < territories then 'the exports lack territories that it prints'
    end as note
from printed
{%- endmacro %}
