-- Declared worksites, as they are today, and those that the exports name without being declared: nothing is lost.
with declared as (
    select *
    from {{ ref('stg_reference__worksites') }}
    qualify {{ is_latest_line('worksite_id') }}
),

seen as (
    select
        worksite_id,
        min(territory_id) as territory_id,
        min(reporting_year) as first_delivery_year,
        max(reporting_year) as last_delivery_year
    from {{ whole(ref('stg_exports__salaries')) }}
    where worksite_id is not null
    group by worksite_id
)

select
    coalesce(declared.worksite_id, seen.worksite_id) as worksite_id,
    coalesce(declared.territory_id, seen.territory_id) as territory_id,
    coalesce(declared.label_fr, seen.worksite_id) as worksite_name,
    coalesce(declared.first_year, seen.first_delivery_year) as first_year,
    coalesce(declared.last_year, year(declared.left_on))::int as last_year,
    coalesce(
        declared.joined_on, {{ first_day('coalesce(declared.first_year, seen.first_delivery_year)') }}
    ) as joined_on,
    declared.left_on,
    declared.operator,
    declared.activity,
    declared.programme,
    declared.siret,
    seen.first_delivery_year,
    seen.last_delivery_year,
    declared.worksite_id is not null as is_declared
from declared
full outer join seen on declared.worksite_id = seen.worksite_id
