-- On other exports a printed figure that does not come out is a finding.
{{ config(severity='warn') }}
select figure_id
from {{ ref('mart_report_reconciliation') }}
where status = 'not_reproduced' and not {{ exports_are_the_demo() }}
