select
    {{ text('check_id') }} as check_id,
    {{ text('severity') }} as severity,
    {{ text('compared_with') }} as compared_with,
    cast({{ text('least_rows') }} as int) as least_rows,
    cast({{ text('largest_total') }} as double) as largest_total,
    cast({{ text('largest_territory') }} as double) as largest_territory,
    cast({{ text('largest_worksite') }} as double) as largest_worksite,
    cast({{ text('deviations') }} as double) as deviations,
    cast({{ text('allowed') }} as int) as allowed,
    {{ text('rule') }} as rule,
    {{ text('fix') }} as fix
from {{ ref('data_checks') }}
