-- The record of an edition counts its cells, and its masked ones where some may be.
with counted as (
    select
        count(*) as cells,
        count(case when status = 'masked' then 1 end) as masked_cells
    from {{ ref('edition__mart_indicators') }}
)

select record.*
from {{ ref('edition__edition') }} as record
cross join counted
where record.cells != counted.cells or record.masked_cells != counted.masked_cells
