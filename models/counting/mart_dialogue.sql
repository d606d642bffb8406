-- The form of every worksite and period: a row for each line that rows can say, also where nobody counts in it.
with held as (
    select distinct
        worksite_id,
        period_id
    from {{ ref('agg_dialogue') }}
),

unknown_lines as (
    select
        population,
        question,
        line_id
    from {{ ref('dim_dialogue_answers') }}
    where answer = 'inconnu'
)

select
    held.worksite_id,
    held.period_id,
    periods.first_day,
    periods.last_day,
    lines.line_id,
    case when lines.answers is null then counted.number else coalesce(counted.number, 0) end as number,
    case
        when lines.answers is null then cast(coalesce(counted.pathways, 0) as double)
        when lines.base_line is not null then coalesce(base.number, 0)
    end as base,
    case when base.number > 0 then coalesce(counted.number, 0) / base.number end as share,
    case when unknown_lines.line_id is not null then coalesce(unknown.number, 0) end as unknown
from held
inner join {{ ref('dim_reporting_periods') }} as periods on held.period_id = periods.period_id
inner join {{ ref('stg_reference__dialogue_lines') }} as lines on lines.question is not null
left join {{ ref('agg_dialogue') }} as counted
    on
        held.worksite_id = counted.worksite_id
        and held.period_id = counted.period_id
        and lines.line_id = counted.line_id
left join {{ ref('agg_dialogue') }} as base
    on
        held.worksite_id = base.worksite_id
        and held.period_id = base.period_id
        and lines.base_line = base.line_id
left join unknown_lines
    on lines.population = unknown_lines.population and lines.question = unknown_lines.question
left join {{ ref('agg_dialogue') }} as unknown
    on
        held.worksite_id = unknown.worksite_id
        and held.period_id = unknown.period_id
        and unknown_lines.line_id = unknown.line_id
