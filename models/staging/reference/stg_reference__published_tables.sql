select
    line_in_file,
    {{ text('report_id') }} as report_id,
    {{ text('table_id') }} as table_id,
    {{ text('year') }} as year,
    {{ text('row') }} as row_label,
    {{ text('measure') }} as measure,
    {{ text('kind') }} as kind,
    try_cast({{ text('value') }} as double) as value,
    {{ text('printed') }} as printed_text,
    {{ whole_number('source_line') }} as source_line
from {{ ref('published_tables') }}
