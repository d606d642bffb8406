-- Only a rate that is shown has an interval.
select intervals.*
from {{ ref('edition__mart_indicator_intervals') }} as intervals
left join {{ ref('edition__mart_indicators') }} as cells
    on
        intervals.indicator_id = cells.indicator_id
        and intervals.reporting_year = cells.reporting_year
        and intervals.geography_id = cells.geography_id
        and intervals.population = cells.population
        and intervals.breakdown = cells.breakdown
where coalesce(cells.status, '') != 'shown'
