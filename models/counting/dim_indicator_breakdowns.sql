-- Every indicator with each value of its closed breakdowns, and the indicator column that must hold it.
-- Actions, partners and participations are counted from long models, so they have no column.
with catalogue as (
    select
        indicator_id,
        statistic,
        counting_unit,
        breakdown,
        case when counting_unit in ('people', 'pathways', 'worksites') then replace(indicator_id, '.', '__') end
            as column_stem,
        case when breakdown like '% x %' then split_part(breakdown, ' x ', 1) else breakdown end as first_key,
        case when breakdown like '% x %' then split_part(breakdown, ' x ', 2) end as second_key
    from {{ ref('stg_reference__indicators') }}
),

domain_values as (
    select
        'domain x action_type' as breakdown,
        domain,
        action_type as value
    from {{ ref('stg_reference__action_types') }}
    union
    select
        'domain x action_group' as breakdown,
        domain,
        action_group as value
    from {{ ref('stg_reference__action_types') }}
    where action_group is not null
    union
    select
        'domain x request_reason' as breakdown,
        domain,
        request_reason as value
    from {{ ref('stg_reference__request_reasons') }}
)

select
    catalogue.indicator_id,
    concat_ws(' x ', first_values.value, second_values.value) as breakdown,
    catalogue.statistic,
    catalogue.counting_unit,
    catalogue.column_stem
    || coalesce('__' || first_values.column_suffix, '')
    || coalesce('__' || second_values.column_suffix, '') as indicator_column
from catalogue
left join {{ ref('dim_breakdown_values') }} as first_values
    on catalogue.first_key = first_values.breakdown
left join {{ ref('dim_breakdown_values') }} as second_values
    on catalogue.second_key = second_values.breakdown
where
    (catalogue.first_key is null or first_values.value is not null)
    and (catalogue.second_key is null or second_values.value is not null)
union all
select
    catalogue.indicator_id,
    concat_ws(' x ', domain_values.domain, domain_values.value) as breakdown,
    catalogue.statistic,
    catalogue.counting_unit,
    null as indicator_column
from catalogue
inner join domain_values on catalogue.breakdown = domain_values.breakdown
