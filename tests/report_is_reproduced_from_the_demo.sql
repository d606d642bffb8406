-- On the demo exports every printed figure is reproduced or contradicted by the report itself.
select figure_id
from {{ ref('mart_report_reconciliation') }}
where status = 'not_reproduced' and {{ exports_are_the_demo() }}
