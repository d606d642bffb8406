-- Dates follow each other and fall in the year that their row reports on.
select
    'exit before entry' as rule,
    count(*) as rows_against
from {{ ref('fct_exits') }}
where exit_date < entry_date
having count(*) > 0
union all
select
    'entry after the year of the delivery' as rule,
    count(*) as rows_against
from {{ ref('fct_pathway_years') }}
where extract(year from entry_date) > reporting_year
having count(*) > 0
union all
select
    'exit outside the year of its row' as rule,
    count(*) as rows_against
from {{ ref('stg_exports__sorties') }}
where extract(year from exit_date) != reporting_year
having count(*) > 0
union all
select
    'action outside the year of its row' as rule,
    count(*) as rows_against
from {{ ref('stg_exports__actions') }}
where extract(year from action_date) != reporting_year
having count(*) > 0
