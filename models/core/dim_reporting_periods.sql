-- The periods that indicators are counted for: those of the counted kinds and the declared ones, each of them with its
-- days a year before. A period is there where all the years that it touches have data.
with months as (
    select numbers.month_of_year
    from (values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12)) as numbers (month_of_year)
),

recurring as (
    select
        kinds.period_kind,
        {{ months_after(first_day('years.reporting_year'), 'months.month_of_year - 1') }} as first_day,
        kinds.months
    from {{ ref('stg_reference__period_kinds') }} as kinds
    cross join {{ ref('dim_reporting_years') }} as years
    inner join months on mod(months.month_of_year - kinds.first_month + 12, kinds.every_months) = 0
    where kinds.is_counted
),

declared as (
    select
        first_day,
        last_day
    from {{ ref('stg_reference__declared_periods') }}
    where first_day <= last_day
    union
    select
        {{ months_after('first_day', -12) }} as first_day,
        {{ months_after('last_day', -12) }} as last_day
    from {{ ref('stg_reference__declared_periods') }}
    where first_day <= last_day
),

periods as (
    select
        period_kind,
        first_day,
        cast({{ dbt.dateadd('day', -1, months_after('first_day', 'months')) }} as date) as last_day
    from recurring
    union all
    select
        'declared' as period_kind,
        first_day,
        last_day
    from declared
),

named as (
    select
        case
            when period_kind = 'calendar_year' then cast(year(first_day) as string)
            else cast(first_day as string) || '/' || cast(last_day as string)
        end as period_id,
        period_kind,
        first_day,
        last_day,
        year(first_day) as first_year,
        year(last_day) as last_year,
        case
            when first_day = {{ first_day('year(last_day)') }} and last_day = {{ last_day('year(first_day)') }}
                then year(last_day)
        end as reporting_year
    from periods
    -- two kinds may hold a period of the same days
    qualify
        row_number() over (
            partition by period_kind = 'calendar_year', first_day, last_day
            order by period_kind = 'declared' asc, period_kind asc
        ) = 1
),

held as (
    select named.period_id
    from named
    inner join {{ ref('dim_reporting_years') }} as years
        on years.reporting_year between named.first_year and named.last_year
    group by named.period_id, named.first_year, named.last_year
    having count(*) = named.last_year - named.first_year + 1
)

select
    named.period_id,
    named.period_kind,
    named.first_day,
    named.last_day,
    cast(named.first_year as int) as first_year,
    cast(named.last_year as int) as last_year,
    cast(named.reporting_year as int) as reporting_year
from named
inner join held on named.period_id = held.period_id
