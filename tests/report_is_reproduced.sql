-- On other exports that the printed report is about, a printed figure that does not come out is a finding.
{{ config(severity='warn') }}
select figure_id
from {{ ref('mart_report_reconciliation') }}
where
    status = 'not_reproduced'
    and not {{ exports_are_the_demo() }}
    and not exists (
        select 1
        from {{ ref('mart_data_findings') }} as findings
        where findings.check_id = 'printed_report' and findings.state = 'not_checked'
    )
