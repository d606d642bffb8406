-- The items that readers see: those of the newest report whose items are listed.
with reports as (
    select
        report_id,
        reporting_year
    from {{ ref('stg_reference__reports') }}
    where report_id in (select items.report_id from {{ ref('stg_reference__report_items') }} as items)
)

select
    report_id,
    item,
    section,
    title_fr,
    kind,
    dimensions,
    table_id,
    measures,
    geographies,
    populations,
    years,
    reference_seed,
    source_line,
    image,
    public_measures,
    coarser_because
from {{ ref('stg_reference__report_items') }}
where
    report_id in (
        select reports.report_id
        from reports
        where reports.reporting_year = (select max(newest.reporting_year) from reports as newest)
    )
