-- A declared worksite is delivered under its own territory.
{{ config(severity='warn') }}
select count(*) as rows_against
from {{ ref('stg_exports__salaries') }} as deliveries
inner join {{ ref('stg_reference__worksites') }} as worksites on deliveries.worksite_id = worksites.worksite_id
where deliveries.territory_id != worksites.territory_id
having count(*) > 0
