-- The periods that an exit is counted in: those that hold its day.
select
    exits.pathway_key,
    periods.period_id
from {{ ref('fct_exits') }} as exits
inner join {{ ref('dim_reporting_periods') }} as periods
    on exits.exit_date between periods.first_day and periods.last_day
