-- A declared worksite is delivered under its own territory, or under another one that is declared for it.
{{ config(severity='warn') }}
select count(*) as rows_against
from {{ ref('stg_exports__salaries') }} as deliveries
inner join {{ ref('stg_reference__worksites') }} as worksites on deliveries.worksite_id = worksites.worksite_id
left join {{ ref('stg_reference__worksite_territories') }} as further
    on deliveries.worksite_id = further.worksite_id and deliveries.territory_id = further.territory_id
where deliveries.territory_id != worksites.territory_id and further.worksite_id is null
having count(*) > 0
