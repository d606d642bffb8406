-- The cells of mart_indicators that each printed figure is made of: top terms over bottom terms.
with places as (
    select distinct geography_id
    from {{ ref('dim_geographies') }}
),

figures as (
    select
        figures.*,
        substring(figures.table_id, 1, 3) as table_code,
        concat_ws(
            '|', figures.report_id, substring(figures.table_id, 1, 3), figures.measure, figures.row_label
        ) as printed_row,
        coalesce(places.geography_id, 'Total') as geography_id
    from {{ ref('report_figures') }} as figures
    left join places
        on figures.row_label = places.geography_id
    where figures.table_id is not null
),

measures as (
    select * from {{ ref('report_measures') }}
),

-- a line of the mapping that names the row goes before the one for all rows
mapped as (
    select
        figures.figure_id,
        figures.kind,
        figures.geography_id,
        measures.indicator_id,
        replace(measures.breakdown, '{row}', figures.row_label) as breakdown,
        measures.population,
        measures.counted,
        years.reporting_year
    from figures
    inner join measures
        on
            figures.report_id = measures.report_id
            and figures.table_code = measures.table_id
            and figures.measure = measures.measure
            and (
                figures.row_label = measures.row_label
                or (
                    measures.row_label = '*'
                    and figures.printed_row not in (
                        select concat_ws('|', named.report_id, named.table_id, named.measure, named.row_label)
                        from measures as named
                        where named.row_label != '*'
                    )
                )
            )
    inner join {{ ref('dim_reporting_years') }} as years
        on years.reporting_year between figures.first_year and figures.last_year
)

select
    figure_id,
    'top' as side,
    1.0::double as coefficient,
    indicator_id,
    reporting_year,
    geography_id,
    population,
    breakdown,
    counted
from mapped
union all
select
    figure_id,
    'bottom' as side,
    1.0::double as coefficient,
    indicator_id,
    reporting_year,
    geography_id,
    population,
    breakdown,
    'denominator' as counted
from mapped
where kind = 'share'
union all
select
    figure_id,
    side,
    coefficient,
    indicator_id,
    reporting_year,
    geography_id,
    population,
    breakdown,
    counted
from {{ ref('stg_reference__narrative_terms') }}
