-- Where a worksite lay in a calendar year.
select
    worksites.worksite_id,
    years.reporting_year,
    worksites.territory_id
from {{ whole(ref('dim_worksite_periods')) }} as worksites
inner join {{ ref('dim_reporting_years') }} as years on worksites.period_id = years.period_id
