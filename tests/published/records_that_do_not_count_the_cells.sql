-- The record of an edition counts its cells, and its masked ones where some may be.
select record.*
from {{ ref('edition__edition') }} as record
where
    record.cells != (select count(*) from {{ ref('edition__mart_indicators') }})
    or record.masked_cells
    != (select count(*) from {{ ref('edition__mart_indicators') }} as cells where cells.status = 'masked')
