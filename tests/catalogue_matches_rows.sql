-- Every indicator of the catalogue is either a column or counted in long form, and every indicator
-- counted in long form is in the catalogue.
with counted as (
    select distinct indicator_id from {{ ref('ind_partners') }}
    union
    select distinct indicator_id from {{ ref('ind_sessions') }}
),

catalogue as (
    select
        indicator_id,
        counting_unit in ('people', 'pathways', 'worksites') as has_column
    from {{ ref('stg_reference__indicators') }}
)

select counted.indicator_id
from counted
left join catalogue on counted.indicator_id = catalogue.indicator_id
where catalogue.indicator_id is null or catalogue.has_column
union all
select catalogue.indicator_id
from catalogue
left join {{ ref('dim_indicator_breakdowns') }} as breakdowns on catalogue.indicator_id = breakdowns.indicator_id
where catalogue.has_column and breakdowns.indicator_column is null
