-- A figure of any other report that the exports can be compared with is a finding where it does not come out.
{{ config(severity='warn') }}
select figures.figure_id
from {{ ref('mart_report_reconciliation') }} as figures
inner join {{ ref('stg_reference__reports') }} as reports on figures.report_id = reports.report_id
where
    figures.status = 'not_reproduced'
    and not (
        reports.reporting_year = (select max(years.reporting_year) from {{ ref('dim_reporting_years') }} as years)
        and {{ exports_are_the_demo() }}
    )
    and not exists (
        select 1
        from {{ ref('mart_data_findings') }} as findings
        where
            findings.check_id = 'printed_report'
            and findings.state = 'not_checked'
            and findings.category = figures.report_id
    )
