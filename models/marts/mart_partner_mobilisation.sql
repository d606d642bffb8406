-- Partner work by domain of the partnership officer: actions, partners, participations.
with by_domain as (
    select
        reporting_year,
        geography_id,
        population,
        case when breakdown like '% x %' then split_part(breakdown, ' x ', 1) else breakdown end as domain,
        indicator_id,
        case when breakdown like '% x %' then split_part(breakdown, ' x ', 2) else '' end as breakdown,
        numerator
    from {{ ref('mart_indicators') }}
    where
        indicator_id in (
            'partners.actions_total', 'partners.partners_mobilised', 'partners.stand_in', 'partners.participations'
        )
)

select
    reporting_year,
    geography_id,
    population,
    domain,
    {{ count_of('partners.actions_total', 'actions') }},
    {{ count_of('partners.partners_mobilised', 'partners_mobilised') }},
    {{ count_of('partners.stand_in', 'stand_in_actions') }},
    {{ count_of('partners.participations', 'participations_of_employees', 'salariés en insertion') }},
    {{ count_of('partners.participations', 'participations_of_staff', 'permanents') }}
from by_domain
group by reporting_year, geography_id, population, domain
