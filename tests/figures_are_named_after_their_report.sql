-- The figures of two reports are told apart by a prefix: one report at most has none, and a figure of the prose begins
-- with that of its own.
with reports as (
    select
        report_id,
        case when figure_prefix is null then '' else concat(figure_prefix, '|') end as prefix
    from {{ ref('stg_reference__reports') }}
),

prose as (
    select
        report_id,
        figure_id
    from {{ ref('report_figures') }}
    where table_id is null
)

select
    prose.report_id,
    prose.figure_id
from prose
inner join reports on prose.report_id = reports.report_id
where prose.figure_id not like concat(reports.prefix, 'N%')
union all
select
    min(report_id) as report_id,
    prefix as figure_id
from reports
group by prefix
having count(*) > 1
