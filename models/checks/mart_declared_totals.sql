-- What worksites declare in their half-yearly forms, beside what their rows count: rows that never came show here alone.
with periods as (
    select
        first_day,
        last_day,
        min(period_id) as period_id
    from {{ ref('dim_reporting_periods') }}
    group by first_day, last_day
),

have_rows as (
    select distinct
        worksite_id,
        period_id
    from {{ whole(ref('mart_dialogue')) }}
    where worksite_id in (select forms.worksite_id from {{ ref('stg_exports__formulaires') }} as forms)
),

compared as (
    select
        forms.worksite_id,
        forms.first_day,
        forms.last_day,
        forms.line_id,
        periods.period_id,
        forms.state,
        forms.number as declared,
        counted.number as counted,
        counted.unknown as counted_unknown,
        lines.question is not null as is_counted,
        have_rows.worksite_id is not null as has_rows,
        -- people are whole; a mean is declared with one decimal
        case when lines.unit = 'people' then 0 else 0.0501 end as rounding,
        forms.source_file,
        forms.source_line
    from {{ ref('stg_exports__formulaires') }} as forms
    inner join {{ ref('stg_reference__dialogue_lines') }} as lines on forms.line_id = lines.line_id
    left join periods on forms.first_day = periods.first_day and forms.last_day = periods.last_day
    left join {{ whole(ref('mart_dialogue')) }} as counted
        on
            forms.worksite_id = counted.worksite_id
            and periods.period_id = counted.period_id
            and forms.line_id = counted.line_id
    left join have_rows on forms.worksite_id = have_rows.worksite_id and periods.period_id = have_rows.period_id
)

select
    worksite_id,
    first_day,
    last_day,
    line_id,
    period_id,
    declared,
    counted,
    counted_unknown,
    declared - counted as difference,
    case
        when state = 'absent' then 'not_available'
        when state = 'secret' then 'secret'
        when state = 'non_transmis' then 'not_transmitted'
        when not is_counted then 'not_in_rows'
        when period_id is null then 'period_not_counted'
        when not has_rows then 'no_rows'
        when abs(declared - counted) <= rounding then 'equal'
        when declared > counted and declared <= counted + coalesce(counted_unknown, 0) then 'within_unknown'
        else 'different'
    end as status,
    source_file,
    source_line
from compared
