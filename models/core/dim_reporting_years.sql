-- The years that have data, and the period that each of them is: every indicator has a row for each of them.
with years as (
    select distinct reporting_year
    from {{ whole(ref('stg_exports__salaries')) }}
    where reporting_year is not null
    union
    select distinct extract(year from exit_date)::int as reporting_year
    from {{ whole(ref('stg_exports__sorties')) }}
    where exit_date is not null
    union
    select distinct reporting_year
    from {{ whole(ref('stg_exports__actions')) }}
    where reporting_year is not null
    union
    select distinct reporting_year
    from {{ whole(ref('stg_exports__ateliers')) }}
    where reporting_year is not null
)

select
    reporting_year,
    reporting_year::string as period_id
from years
