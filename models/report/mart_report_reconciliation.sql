-- One row per printed figure: printed, computed, difference and status. Shares are in percent, as printed.
with cells as (
    select
        terms.figure_id,
        terms.side,
        terms.indicator_id,
        terms.coefficient * case
            when years.reporting_year is null then null
            when terms.counted = 'numerator' then coalesce(cells.numerator, 0)
            when terms.counted = 'denominator' then cells.denominator
            else cells.value
        end as amount
    from {{ ref('report_terms') }} as terms
    left join {{ ref('dim_reporting_years') }} as years on terms.reporting_year = years.reporting_year
    left join {{ ref('mart_indicators') }} as cells
        on
            terms.indicator_id = cells.indicator_id
            and terms.reporting_year = cells.reporting_year
            and terms.geography_id = cells.geography_id
            and terms.population = cells.population
            and terms.breakdown = cells.breakdown
),

-- a figure with a missing cell is not computed
sides as (
    select
        figure_id,
        min(indicator_id) as indicator_id,
        sum(case when side = 'top' then amount end) as top,
        -- a figure without bottom terms is a sum
        case
            when count(case when side = 'bottom' then 1 end) = 0 then 1
            else sum(case when side = 'bottom' then amount end)
        end as bottom,
        count(*) = count(amount) as is_complete
    from cells
    group by figure_id
),

figures as (
    select
        figures.figure_id,
        figures.report_id,
        figures.table_id,
        figures.row_label,
        figures.measure,
        figures.kind,
        figures.precision,
        figures.printed,
        figures.held_by,
        years.reporting_year is not null as has_its_year,
        sides.indicator_id,
        case when figures.kind in ('share', 'points') then 100 else 1 end as scale,
        sides.top,
        sides.bottom,
        sides.is_complete
    from {{ ref('report_figures') }} as figures
    inner join {{ ref('stg_reference__reports') }} as reports on figures.report_id = reports.report_id
    left join {{ ref('dim_reporting_years') }} as years on reports.reporting_year = years.reporting_year
    left join sides on figures.figure_id = sides.figure_id
),

computed as (
    select
        *,
        case when is_complete then scale * top / nullif(bottom, 0) end as computed
    from figures
),

judged as (
    select
        *,
        coalesce({{ agrees_with_print('computed', 'printed', 'precision') }}, false) as is_reproduced
    from computed
)

select
    judged.figure_id,
    judged.table_id,
    judged.row_label,
    judged.measure,
    judged.kind,
    judged.printed,
    judged.computed::double as computed,
    (judged.computed - judged.printed)::double as difference,
    case
        when judged.held_by is not null then 'not_held'
        -- figures about years before it are of another state of the exports
        when not judged.has_its_year then 'not_comparable'
        when judged.is_reproduced then 'reproduced'
        when contradictions.figure_id is not null then 'contradicted'
        when readings.figure_id is not null then 'other_reading'
        else 'not_reproduced'
    end as status,
    contradictions.contradiction_id,
    judged.indicator_id,
    judged.held_by,
    readings.reading_id,
    judged.report_id
from judged
-- only a figure that differs needs an explanation
left join {{ ref('stg_reference__contradictions') }} as contradictions
    on judged.figure_id = contradictions.figure_id and judged.has_its_year and not judged.is_reproduced
left join {{ ref('stg_reference__other_readings') }} as readings
    on judged.figure_id = readings.figure_id and judged.has_its_year and not judged.is_reproduced
