-- What a figure of the prose counts is said in French by the item that shows it, or else by the list of labels.
with items as (
    select
        figure_id,
        min(label_fr) as label_fr
    from {{ ref('stg_reference__report_item_figures') }}
    group by figure_id
)

select
    figures.figure_id,
    figures.table_id,
    figures.row_label,
    figures.measure,
    coalesce(items.label_fr, labels.label_fr) as label_fr,
    figures.kind,
    figures.printed,
    figures.computed,
    figures.difference,
    figures.status,
    figures.contradiction_id,
    figures.indicator_id,
    figures.held_by,
    figures.reading_id,
    printed.last_year as reporting_year,
    printed.printed_order,
    figures.report_id,
    reports.label_fr as report_label_fr
from {{ ref('mart_report_reconciliation') }} as figures
inner join {{ ref('report_figures') }} as printed on figures.figure_id = printed.figure_id
inner join {{ ref('stg_reference__reports') }} as reports on figures.report_id = reports.report_id
left join items on figures.figure_id = items.figure_id
left join {{ ref('stg_reference__figure_labels') }} as labels
    on figures.measure = labels.label and figures.table_id is null
