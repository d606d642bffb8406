-- The cells of the periods that are not calendar years, as far as a period can say them, with what a cell without a
-- value means. For the internal edition alone: a half-year taken from its year would undo masks.
select
    cells.indicator_id,
    cells.period_id,
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
from {{ ref('mart_indicators_by_period') }} as cells
inner join {{ ref('edition__reporting_periods') }} as periods on cells.period_id = periods.period_id
inner join {{ ref('stg_reference__indicators') }} as catalogue on cells.indicator_id = catalogue.indicator_id
left join {{ ref('unknown_cells') }} as unknown
    on
        cells.indicator_id = unknown.indicator_id
        and cells.period_id = unknown.period_id
        and cells.geography_id = unknown.geography_id
        and cells.population = unknown.population
        and cells.breakdown = unknown.breakdown
where not catalogue.needs_whole_year
