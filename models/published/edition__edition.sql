-- What the edition says of itself. Publication fills in what is null here.
select
    null::string as edition_id,
    'internal' as audience,
    null::timestamp as published_at,
    null::string as exports_hash,
    null::string as code_version,
    null::string as rules_hash,
    (select coalesce(bool_and(exports.is_synthetic), false) from {{ ref('dim_exports') }} as exports) as is_synthetic,
    min(reporting_year) as first_year,
    max(reporting_year) as last_year,
    count(*) as cells,
    null::bigint as masked_cells,
    null::bigint as recoverable_cells,
    1 as rounding,
    null::string as accepted,
    null::string as previous_edition_id
from {{ ref('edition__mart_indicators') }}
