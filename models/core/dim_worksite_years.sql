-- Where a worksite lay in a year: as its rows of that year say, since it may move, and may deliver under two territories.
with supported as (
    select
        worksite_id,
        reporting_year,
        territory_id,
        count(distinct person_key) as people
    from {{ ref('fct_pathway_years') }}
    where is_supported
    group by worksite_id, reporting_year, territory_id
)

select
    supported.worksite_id,
    supported.reporting_year,
    supported.territory_id
from supported
left join {{ ref('stg_reference__worksites') }} as worksites
    on
        supported.worksite_id = worksites.worksite_id
        and {{ valid_on('worksites', last_day('supported.reporting_year')) }}
qualify
    row_number() over (
        partition by supported.worksite_id, supported.reporting_year
        order by
            supported.people desc,
            case when supported.territory_id = worksites.territory_id then 0 else 1 end asc,
            supported.territory_id asc
    ) = 1
