-- Cells with an empty base where somebody was asked and no answer is known, with the cells that say so.
-- The bases (seed bases) say which counts decide.
with cells as (
    select * from {{ ref('mart_indicators_by_period') }}
),

empty as (
    select
        cells.indicator_id,
        cells.period_id,
        cells.geography_id,
        cells.population,
        cells.breakdown,
        bases.asked_indicator_id,
        bases.asked_part,
        case
            when substring(bases.asked_breakdown, 1, 1) = '{' then split_part(cells.breakdown, ' x ', 1)
            else bases.asked_breakdown
        end as asked_breakdown,
        bases.known_indicator_id,
        bases.known_part,
        bases.known_breakdown
    from cells
    inner join {{ ref('stg_reference__indicators') }} as catalogue on cells.indicator_id = catalogue.indicator_id
    inner join {{ ref('stg_reference__bases') }} as bases on catalogue.base = bases.base
    where cells.denominator = 0 and bases.asked_indicator_id is not null
)

select empty.*
from empty
left join cells as asked
    on
        empty.asked_indicator_id = asked.indicator_id
        and empty.asked_breakdown = asked.breakdown
        and empty.period_id = asked.period_id
        and empty.geography_id = asked.geography_id
        and empty.population = asked.population
left join cells as known
    on
        empty.known_indicator_id = known.indicator_id
        and empty.known_breakdown = known.breakdown
        and empty.period_id = known.period_id
        and empty.geography_id = known.geography_id
        and empty.population = known.population
where
    case empty.asked_part when 'numerator' then asked.numerator else asked.denominator end > 0
    and (
        empty.known_indicator_id is null
        or case empty.known_part when 'numerator' then known.numerator else known.denominator end = 0
    )
