-- Where a worksite lay in a period: as its rows of that period say, since it may move, and may deliver under two territories.
with supported as (
    select
        worksite_id,
        period_id,
        territory_id,
        count(distinct person_key) as people
    from {{ ref('fct_pathway_periods') }}
    where is_supported
    group by worksite_id, period_id, territory_id
)

select
    supported.worksite_id,
    supported.period_id,
    supported.territory_id
from supported
inner join {{ ref('dim_reporting_periods') }} as periods on supported.period_id = periods.period_id
left join {{ ref('stg_reference__worksites') }} as worksites
    on
        supported.worksite_id = worksites.worksite_id
        and {{ valid_on('worksites', 'periods.last_day') }}
qualify
    row_number() over (
        partition by supported.worksite_id, supported.period_id
        order by
            supported.people desc,
            case when supported.territory_id = worksites.territory_id then 0 else 1 end asc,
            supported.territory_id asc
    ) = 1
