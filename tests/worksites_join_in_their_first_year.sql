-- The day on which a worksite joined lies in its first year: the two columns of worksites.csv say the same.
select worksite_id
from {{ ref('stg_reference__worksites') }}
where year(joined_on) != first_year
