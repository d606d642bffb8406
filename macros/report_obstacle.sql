{#-
  Why the printed report cannot be compared with the exports: one row, with the report's year and a `note` that is null
  where it can. It is about its own year, in the territories that it prints, and about the programme's own
  exports or the synthetic ones that are made after it.
-#}
{% macro report_obstacle() -%}
with printed as (
    select
        max(figures.last_year) as reporting_year,
        count(distinct places.territory_id) as territories
    from {{ ref('report_figures') }} as figures
    left join {{ ref('dim_territories') }} as places on figures.row_label = places.territory_id
),

delivered as (
    select count(distinct pathways.territory_id) as territories
    from {{ ref('stg_exports__salaries') }} as pathways
    inner join {{ ref('report_figures') }} as figures on pathways.territory_id = figures.row_label
    where pathways.reporting_year = (select printed.reporting_year from printed)
)

select
    printed.reporting_year,
    case
        when {{ exports_are_the_demo() }} then null
        when (select bool_and(exports.is_synthetic) from {{ ref('dim_exports') }} as exports)
            then 'the exports are synthetic, and not the shipped ones'
        when delivered.territories = 0 then 'the exports have no row of its year'
        when delivered.territories < printed.territories then 'the exports lack territories that it prints'
    end as note
from printed
cross join delivered
{%- endmacro %}
