-- Every indicator has a row for every year with data, territory and population, also where nobody is counted.
with wanted as (
    select
        (select count(*) from {{ ref('dim_reporting_years') }})
        * (select count(distinct geography_id) from {{ ref('dim_geographies') }})
        * (select count(distinct population) from {{ ref('dim_populations') }}) as rows_wanted
),

there as (
    select
        breakdowns.indicator_id,
        breakdowns.breakdown,
        count(indicators.indicator_id) as rows_there
    from {{ ref('dim_indicator_breakdowns') }} as breakdowns
    left join {{ ref('mart_indicators') }} as indicators
        on breakdowns.indicator_id = indicators.indicator_id and breakdowns.breakdown = indicators.breakdown
    group by breakdowns.indicator_id, breakdowns.breakdown
)

select
    there.indicator_id,
    there.breakdown
from there
cross join wanted
where there.rows_there != wanted.rows_wanted
