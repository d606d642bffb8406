-- Every figure of the prose says in French what it counts, by the items that show it or by the list of labels, and
-- the list has no label that nobody reads.
with shown as (
    select distinct figure_id
    from {{ ref('stg_reference__report_item_figures') }}
),

figures as (
    select
        figures.measure,
        count(*) as figures,
        count(shown.figure_id) as shown
    from {{ ref('report_figures') }} as figures
    left join shown on figures.figure_id = shown.figure_id
    where figures.table_id is null
    group by figures.measure
)

select coalesce(figures.measure, labels.label) as label
from figures
full outer join {{ ref('stg_reference__figure_labels') }} as labels on figures.measure = labels.label
where
    (labels.label is null and figures.figures > figures.shown)
    or (labels.label is not null and coalesce(figures.figures, 0) <= coalesce(figures.shown, 0))
