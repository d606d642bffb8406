-- On the demo exports every figure of the report that they are made after, which is of their last year, is reproduced
-- or contradicted by the report itself.
select figures.figure_id
from {{ ref('mart_report_reconciliation') }} as figures
inner join {{ ref('stg_reference__reports') }} as reports on figures.report_id = reports.report_id
where
    figures.status = 'not_reproduced'
    and reports.reporting_year = (select max(years.reporting_year) from {{ ref('dim_reporting_years') }} as years)
    and {{ exports_are_the_demo() }}
