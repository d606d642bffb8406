-- A cell has a value where it is shown and nowhere else, and a masked one has no count either.
select *
from {{ ref('edition__mart_indicators') }}
where
    status is null
    or status not in ('shown', 'masked', 'unknown', 'not_applicable')
    or (status = 'shown') != (value is not null)
    or (status = 'masked' and numerator is not null)
