-- The cells of an edition: those of mart_indicators, with what a cell without a value means.
-- This is the internal edition; the public one rounds, masks and leaves out cells of it.
select
    cells.indicator_id,
    cells.reporting_year,
    cells.geography_id,
    cells.population,
    cells.breakdown,
    cells.numerator,
    cells.denominator,
    cells.value,
    case
        when cells.value is not null then 'shown'
        when unknown.indicator_id is not null then 'unknown'
        else 'not_applicable'
    end as status
from {{ ref('mart_indicators') }} as cells
inner join {{ ref('dim_reporting_years') }} as years on cells.reporting_year = years.reporting_year
left join {{ ref('unknown_cells') }} as unknown
    on
        cells.indicator_id = unknown.indicator_id
        and years.period_id = unknown.period_id
        and cells.geography_id = unknown.geography_id
        and cells.population = unknown.population
        and cells.breakdown = unknown.breakdown
