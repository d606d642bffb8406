-- A contradiction may be listed only where the printed figures themselves prove it.
with figures as (
    select * from {{ ref('report_figures') }}
),

evidence as (
    select
        terms.contradiction_id,
        case
            when terms.figure_id is null then terms.coefficient
            else
                terms.coefficient * figures.printed
                * case when terms.factor_figure_id is null then 1 else factors.printed end
                / case when terms.divisor_figure_id is null then 1 else divisors.printed + terms.divisor_offset end
        end as implied
    from {{ ref('stg_reference__contradiction_evidence') }} as terms
    left join figures on terms.figure_id = figures.figure_id
    left join figures as factors on terms.factor_figure_id = factors.figure_id
    left join figures as divisors on terms.divisor_figure_id = divisors.figure_id
),

implied as (
    select
        contradiction_id,
        sum(implied) as implied,
        round(sum(implied)) as people,
        count(*) = count(implied) as is_complete
    from evidence
    group by contradiction_id
),

judged as (
    select
        contradictions.contradiction_id,
        case contradictions.relation
            when 'equal' then not {{ agrees_with_print('implied.implied', 'figures.printed', 'figures.precision') }}
            -- neither of the nearest whole numbers of people rounds to the share
            when 'share_of'
                then
                    round(100 * floor(figures.printed / 100 * implied.people) / implied.people) != figures.printed
                    and round(100 * ceil(figures.printed / 100 * implied.people) / implied.people) != figures.printed
            when 'at_least' then figures.printed < implied.implied
            when 'at_most' then figures.printed > implied.implied
        end and implied.is_complete as is_shown
    from {{ ref('stg_reference__contradictions') }} as contradictions
    left join implied on contradictions.contradiction_id = implied.contradiction_id
    left join figures on contradictions.figure_id = figures.figure_id
)

select contradiction_id
from judged
where not coalesce(is_shown, false)
