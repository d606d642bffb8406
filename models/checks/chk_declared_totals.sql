-- The half-yearly forms of worksites against their rows. Measured here, judged in mart_data_findings.
with forms as (
    select
        *,
        concat(cast(first_day as string), '/', cast(last_day as string)) as days
    from {{ ref('mart_declared_totals') }}
),

measured as (
    select
        'declared_total' as check_id,
        line_id as column_name,
        days as category,
        last_day,
        worksite_id,
        counted as observed,
        declared as expected,
        abs(difference) as rows_against,
        abs(difference) / greatest(declared, counted) as distance
    from forms
    where status = 'different'
    union all
    select
        case when status = 'no_rows' then 'form_without_rows' else 'form_period' end as check_id,
        '' as column_name,
        days as category,
        last_day,
        worksite_id,
        0 as observed,
        null as expected,
        1 as rows_against,
        1 as distance
    from forms
    where status in ('no_rows', 'period_not_counted')
    group by worksite_id, days, last_day, status
)

select
    check_id,
    'formulaires' as export,
    column_name,
    category,
    cast(year(last_day) as int) as reporting_year,
    'worksite' as place_level,
    worksite_id as place_id,
    cast(observed as double) as observed,
    cast(expected as double) as expected,
    cast(rows_against as double) as rows_against,
    cast(distance as double) as distance,
    cast(null as double) as deviations,
    cast(null as string) as note
from measured
