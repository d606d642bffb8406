-- What the checks of the exports found, and what they could not look at.
with latest as (
    select max(reporting_year) as reporting_year from {{ ref('dim_reporting_years') }}
),

reports as (
    {{ report_obstacle() }}
),

measured as (
    select * from {{ ref('chk_volumes') }}
    union all
    select * from {{ ref('chk_changes') }}
    union all
    select * from {{ ref('chk_pathways') }}
    union all
    select * from {{ ref('chk_events') }}
    union all
    select * from {{ ref('chk_figures') }}
    union all
    select * from {{ ref('chk_declared_totals') }}
    union all
    select
        'export_empty' as check_id,
        exports.export,
        '' as column_name,
        '' as category,
        latest.reporting_year,
        'total' as place_level,
        'Total' as place_id,
        0 as observed,
        null as expected,
        1 as rows_against,
        1 as distance,
        null as deviations,
        null as note
    from {{ ref('dim_exports') }} as exports
    inner join latest on latest.reporting_year is not null
    where exports.rows_loaded = 0
    union all
    -- nothing can be compared with the year before where there is none
    select
        checks.check_id,
        '' as export,
        '' as column_name,
        '' as category,
        years.reporting_year,
        'total' as place_level,
        'Total' as place_id,
        null as observed,
        null as expected,
        null as rows_against,
        null as distance,
        null as deviations,
        concat(cast(years.reporting_year as string), ' has no year before') as note
    from {{ ref('dim_reporting_years') }} as years
    inner join {{ ref('stg_reference__data_checks') }} as checks on checks.compared_with = 'year before'
    left join {{ ref('dim_reporting_years') }} as earlier on years.reporting_year = earlier.reporting_year + 1
    where earlier.reporting_year is null
    union all
    select
        'printed_report' as check_id,
        '' as export,
        '' as column_name,
        report_id as category,
        reporting_year,
        'total' as place_level,
        'Total' as place_id,
        null as observed,
        null as expected,
        null as rows_against,
        null as distance,
        null as deviations,
        note
    from reports
    where note is not null
)

select
    concat_ws(
        '|',
        measured.check_id,
        measured.reporting_year,
        measured.place_level,
        measured.place_id,
        measured.export,
        measured.column_name,
        measured.category
    ) as finding_id,
    measured.check_id,
    checks.severity,
    case when measured.note is null then 'found' else 'not_checked' end as state,
    measured.note,
    measured.reporting_year,
    measured.place_level,
    measured.place_id,
    measured.export,
    measured.column_name,
    measured.category,
    measured.observed,
    measured.expected,
    measured.rows_against,
    measured.distance,
    {{ threshold_of('checks', 'measured.place_level') }} as threshold,
    checks.rule,
    checks.fix
from measured
inner join {{ ref('stg_reference__data_checks') }} as checks on measured.check_id = checks.check_id
where
    measured.note is not null
    or (
        measured.rows_against >= checks.least_rows
        and measured.distance > {{ threshold_of('checks', 'measured.place_level') }}
        and coalesce(measured.deviations >= checks.deviations, true)
    )
