-- What differs from the edition that readers have: the same indicator, year and place, then and now.
-- Measured here, judged in mart_data_findings.
{{ config(pre_hook="{{ fill_source('edition_before', 'load_edition_before') }}") }}
with editions as (
    select
        count(*) as editions,
        max(problem) as problem,
        bool_and(is_synthetic) as is_synthetic
    from {{ source('edition_before', 'state') }}
),

exports as (
    select coalesce(bool_and(is_synthetic), false) as is_synthetic
    from {{ ref('dim_exports') }}
),

latest as (
    select max(reporting_year) as reporting_year
    from {{ ref('dim_reporting_years') }}
),

places as (
    select distinct
        geography_id,
        geography_level
    from {{ ref('dim_geographies') }}
    where geography_level in ('territory', 'national')
),

-- why nothing can be compared; null where it can
obstacle as (
    select
        case
            when editions.editions = 0 then 'there is no edition before'
            when editions.problem is not null then editions.problem
            -- an edition of synthetic exports says nothing of real ones
            when editions.is_synthetic != exports.is_synthetic then 'the edition before is of other exports'
        end as note,
        editions.problem,
        latest.reporting_year
    from editions
    cross join exports
    inner join latest on latest.reporting_year is not null
),

both_editions as (
    select
        earlier.indicator_id,
        earlier.breakdown,
        earlier.reporting_year,
        places.geography_level,
        earlier.geography_id,
        catalogue.statistic,
        coalesce(cells.numerator, 0) as counted_now,
        coalesce(earlier.numerator, 0) as counted_before,
        coalesce(earlier.denominator, 0) as base_before,
        abs(coalesce(cells.numerator, 0) - coalesce(earlier.numerator, 0)) as count_moved,
        abs(coalesce(cells.denominator, 0) - coalesce(earlier.denominator, 0)) as base_moved,
        cells.value as value_now,
        earlier.value as value_before
    from {{ source('edition_before', 'mart_indicators') }} as earlier
    inner join {{ ref('stg_reference__indicators') }} as catalogue on earlier.indicator_id = catalogue.indicator_id
    inner join places on earlier.geography_id = places.geography_id
    left join {{ ref('mart_indicators') }} as cells
        on
            earlier.indicator_id = cells.indicator_id
            and earlier.reporting_year = cells.reporting_year
            and earlier.geography_id = cells.geography_id
            and earlier.breakdown = cells.breakdown
            and cells.population = 'all'
    where (select obstacle.note from obstacle) is null
),

measured as (
    select
        *,
        case
            when statistic not in ('mean', 'median')
                then greatest(count_moved, base_moved)
            when value_now = value_before then 0
            else base_before
        end as rows_against,
        case
            when statistic in ('mean', 'median')
                then abs(value_now - value_before) / nullif(abs(value_before), 0)
            else greatest(count_moved / greatest(counted_before, 1), base_moved / greatest(base_before, 1))
        end as distance
    from both_editions
)

select
    'figure_moved' as check_id,
    '' as export,
    indicator_id as column_name,
    breakdown as category,
    reporting_year,
    case when geography_level = 'national' then 'total' else geography_level end as place_level,
    geography_id as place_id,
    cast(coalesce(value_now, counted_now) as double) as observed,
    cast(coalesce(value_before, counted_before) as double) as expected,
    cast(rows_against as double) as rows_against,
    cast(distance as double) as distance,
    cast(null as double) as deviations,
    cast(null as string) as note
from measured
where rows_against > 0
union all
select
    'figure_moved' as check_id,
    '' as export,
    '' as column_name,
    '' as category,
    reporting_year,
    'total' as place_level,
    'Total' as place_id,
    cast(null as double) as observed,
    cast(null as double) as expected,
    cast(null as double) as rows_against,
    cast(null as double) as distance,
    cast(null as double) as deviations,
    note
from obstacle
where note is not null
union all
select
    'edition_unreadable' as check_id,
    '' as export,
    '' as column_name,
    '' as category,
    reporting_year,
    'total' as place_level,
    'Total' as place_id,
    cast(1 as double) as observed,
    cast(0 as double) as expected,
    cast(1 as double) as rows_against,
    cast(1 as double) as distance,
    cast(null as double) as deviations,
    cast(null as string) as note
from obstacle
where problem is not null
