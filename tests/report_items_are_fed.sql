-- Each indicator of each item of the Bilan is in the catalogue and, on the demo, has a value to show.
with latest as (
    select max(reporting_year) as reporting_year
    from {{ ref('dim_reporting_years') }}
),

fed as (
    select
        items.item,
        items.indicator_id,
        count(catalogue.indicator_id) as entries,
        count(indicators.value) as values_to_show
    from {{ ref('report_item_indicators') }} as items
    left join {{ ref('stg_reference__indicators') }} as catalogue on items.indicator_id = catalogue.indicator_id
    left join {{ ref('mart_indicators') }} as indicators
        on
            items.indicator_id = indicators.indicator_id
            and indicators.breakdown like items.breakdown_pattern
            and items.populations like concat('%', indicators.population, '%')
            and (
                items.geographies like concat('%', indicators.geography_id, '%')
                or items.geographies like '%territory%'
            )
            and indicators.reporting_year = (select latest.reporting_year from latest)
    group by items.item, items.indicator_id
)

select
    item,
    indicator_id
from fed
where entries = 0 or (values_to_show = 0 and {{ exports_are_the_demo() }})
union all
select
    item,
    null as indicator_id
from {{ ref('stg_reference__report_items') }}
where indicator_ids is null and reference_seed is null
