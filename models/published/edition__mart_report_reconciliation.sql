select
    figure_id,
    table_id,
    row_label,
    measure,
    kind,
    printed,
    computed,
    difference,
    status,
    contradiction_id,
    indicator_id,
    held_by,
    reading_id
from {{ ref('mart_report_reconciliation') }}
