-- Every figure of the prose says in French what it counts, by the items that show it or by the list of labels, and
-- the list has no label that nobody reads.
with prose as (
    select
        figures.measure,
        figures.label_fr,
        count(items.figure_id) as shown
    from {{ ref('edition__mart_report_reconciliation') }} as figures
    left join {{ ref('stg_reference__report_item_figures') }} as items on figures.figure_id = items.figure_id
    where figures.table_id is null
    group by figures.figure_id, figures.measure, figures.label_fr
)

select measure as label
from prose
where label_fr is null
union all
select label
from {{ ref('stg_reference__figure_labels') }}
where
    label not in (
        select prose.measure
        from prose
        where prose.shown = 0
    )
