-- Which indicator each column of a printed table shows, report by report: a report's own lines on a column of a table
-- take the place of those that all reports share.
with measures as (
    select * from {{ ref('stg_reference__published_measures') }}
),

reports as (
    select report_id from {{ ref('stg_reference__reports') }}
),

own_columns as (
    select distinct
        report_id,
        table_id,
        measure
    from measures
    where report_id is not null
)

select
    reports.report_id,
    measures.table_id,
    measures.row_label,
    measures.measure,
    measures.indicator_id,
    measures.breakdown,
    measures.population,
    measures.counted
from reports
inner join measures on measures.report_id is null or reports.report_id = measures.report_id
left join own_columns
    on
        reports.report_id = own_columns.report_id
        and measures.table_id = own_columns.table_id
        and measures.measure = own_columns.measure
where measures.report_id is not null or own_columns.report_id is null
