-- A contradiction may be listed only where the printed figures themselves prove it, another reading only where they
-- agree with it.
with figures as (
    select * from {{ ref('report_figures') }}
),

evidence as (
    select
        terms.statement_id,
        case
            when terms.figure_id is null then terms.coefficient
            else
                terms.coefficient * figures.printed
                * case when terms.factor_figure_id is null then 1 else factors.printed end
                / case when terms.divisor_figure_id is null then 1 else divisors.printed + terms.divisor_offset end
        end as implied
    from {{ ref('stg_reference__printed_evidence') }} as terms
    left join figures on terms.figure_id = figures.figure_id
    left join figures as factors on terms.factor_figure_id = factors.figure_id
    left join figures as divisors on terms.divisor_figure_id = divisors.figure_id
),

implied as (
    select
        statement_id,
        sum(implied) as implied,
        round(sum(implied)) as people,
        count(*) = count(implied) as is_complete
    from evidence
    group by statement_id
),

statements as (
    select
        contradiction_id as statement_id,
        figure_id,
        relation,
        false as holds
    from {{ ref('stg_reference__contradictions') }}
    union all
    select
        reading_id as statement_id,
        figure_id,
        relation,
        true as holds
    from {{ ref('stg_reference__other_readings') }}
),

judged as (
    select
        statements.statement_id,
        statements.holds,
        case statements.relation
            when 'equal' then {{ agrees_with_print('implied.implied', 'figures.printed', 'figures.precision') }}
            -- one of the nearest whole numbers of people rounds to the share
            when 'share_of'
                then
                    round(100 * floor(figures.printed / 100 * implied.people) / implied.people) = figures.printed
                    or round(100 * ceil(figures.printed / 100 * implied.people) / implied.people) = figures.printed
            when 'at_least' then figures.printed >= implied.implied
            when 'at_most' then figures.printed <= implied.implied
        end as holds_in_print,
        implied.is_complete
    from statements
    left join implied on statements.statement_id = implied.statement_id
    left join figures on statements.figure_id = figures.figure_id
)

select statement_id
from judged
where not coalesce(holds_in_print = holds and is_complete, false)
