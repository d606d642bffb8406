-- Each item of the Bilan shows something: its indicators are in the catalogue and, on the demo, have a value. Each
-- printed table is one item, and each computed figure of the prose is on one, where it is printed among the items.
with latest as (
    select max(reporting_year) as reporting_year
    from {{ ref('dim_reporting_years') }}
),

items as (
    select * from {{ ref('report_item_list') }}
),

terms as (
    select * from {{ ref('report_item_terms') }}
),

fed as (
    select
        charts.item,
        charts.indicator_id,
        count(catalogue.indicator_id) as entries,
        count(indicators.value) as values_to_show
    from {{ ref('report_item_indicators') }} as charts
    left join {{ ref('stg_reference__indicators') }} as catalogue on charts.indicator_id = catalogue.indicator_id
    left join {{ ref('mart_indicators') }} as indicators
        on
            charts.indicator_id = indicators.indicator_id
            and indicators.breakdown like charts.breakdown_pattern
            and charts.populations like concat('%', indicators.population, '%')
            and (
                charts.geographies like concat('%', indicators.geography_id, '%')
                or charts.geographies like '%territory%'
            )
            and indicators.reporting_year = (select latest.reporting_year from latest)
    group by charts.item, charts.indicator_id
)

select
    item,
    indicator_id as missing
from fed
where entries = 0 or (values_to_show = 0 and {{ exports_are_the_demo() }})
union all
select
    items.item,
    'nothing to show' as missing
from items
left join terms on items.item = terms.item
where items.measures is null and items.reference_seed is null and terms.item is null
union all
-- a coarser public form says why, and is of public indicators
select
    item,
    'a coarser form with its reason' as missing
from items
where (public_measures is null) != (coarser_because is null)
union all
select
    charts.item,
    charts.indicator_id as missing
from {{ ref('report_item_indicators') }} as charts
inner join items on charts.item = items.item
left join {{ ref('stg_reference__indicators') }} as catalogue on charts.indicator_id = catalogue.indicator_id
where charts.audience = 'public' and items.public_measures is not null and catalogue.audience is distinct from 'public'
union all
select
    max(terms.item) as item,
    substring(printed.table_id, 1, 3) as missing
from {{ ref('stg_reference__published_tables') }} as printed
left join terms on substring(printed.table_id, 1, 3) = terms.figure_id
where printed.report_id in (select items.report_id from items)
group by printed.table_id
having count(distinct terms.item) != 1
union all
-- before the first item the Bilan tells of the programme and of each territory
select
    null as item,
    narrative.figure_id as missing
from {{ ref('stg_reference__published_narrative') }} as narrative
left join terms on narrative.figure_id = terms.figure_id
where
    narrative.report_id in (select items.report_id from items)
    and narrative.source_line >= (select min(items.source_line) from items)
    and terms.figure_id is null
union all
select
    figures.item,
    figures.figure_id as missing
from {{ ref('stg_reference__report_item_figures') }} as figures
left join {{ ref('report_figures') }} as printed on figures.figure_id = printed.figure_id
left join terms on figures.item = terms.item and figures.figure_id = terms.figure_id
where
    terms.figure_id is null
    and (printed.report_id is null or printed.report_id in (select items.report_id from items))
