-- Every delivery stays readable here. Which of them speaks in a period is said by fct_pathway_periods.
-- Whom rows show in PHC before came through it, also where the delivery does not say so.
with deliveries as (
    select
        *,
        reporting_year = max(reporting_year) over (partition by pathway_key) as is_latest_delivery
    from {{ ref('stg_exports__salaries') }}
),

dated as (
    select
        deliveries.*,
        entry_housing.housing_group as housing_group_at_entry,
        entry_housing.housing_level as housing_level_at_entry,
        phc_housing.housing_group as housing_group_at_phc_hiring,
        exits.exit_date,
        -- the contract may be older than the worksite's part in the programme
        case when worksites.joined_on > deliveries.entry_date then worksites.joined_on else deliveries.entry_date end
            as programme_entry_date,
        coalesce(declared.programme, '{{ var('main_programme') }}') as programme
    from deliveries
    left join {{ ref('stg_exports__sorties') }} as exits on deliveries.pathway_key = exits.pathway_key
    left join {{ ref('stg_reference__housing_types') }} as entry_housing
        on
            deliveries.housing_at_entry = entry_housing.housing_type
            and {{ valid_on('entry_housing', 'deliveries.entry_date') }}
    left join {{ ref('stg_reference__housing_types') }} as phc_housing
        on
            deliveries.housing_at_phc_hiring = phc_housing.housing_type
            and {{ valid_on('phc_housing', 'deliveries.entry_date') }}
    left join {{ ref('dim_worksites') }} as worksites on deliveries.worksite_id = worksites.worksite_id
    left join {{ ref('stg_reference__worksites') }} as declared
        on
            deliveries.worksite_id = declared.worksite_id
            and {{ valid_on('declared', last_day('deliveries.reporting_year')) }}
),

-- since when somebody has been in a programme that leads to another one
led as (
    select
        dated.person_key,
        programmes.leads_to as programme,
        min(dated.entry_date) as since
    from dated
    inner join {{ ref('stg_reference__programmes') }} as programmes on dated.programme = programmes.programme
    where programmes.leads_to is not null
    group by dated.person_key, programmes.leads_to
),

passed as (
    select
        dated.*,
        case when led.since < dated.entry_date then true else dated.came_through_phc end as came_through
    from dated
    left join led on dated.person_key = led.person_key and dated.programme = led.programme
),

placed as (
    select
        passed.*,
        pathway_groups.pathway_group
    from passed
    left join {{ ref('stg_reference__pathway_groups') }} as pathway_groups
        on
            passed.programme = pathway_groups.programme
            and coalesce(pathway_groups.came_through_phc = coalesce(passed.came_through, false), true)
)

select
    pathway_key,
    reporting_year,
    person_key,
    worksite_id,
    territory_id,
    programme,
    pathway_group as population,
    is_latest_delivery,
    entry_date,
    programme_entry_date,
    exit_date,
    birth_year,
    sex,
    nationality,
    education_level,
    referrer,
    came_through as came_through_phc,
    housing_at_phc_hiring,
    housing_group_at_phc_hiring,
    rsa_at_entry,
    rqth_at_entry,
    aah_at_entry,
    ass_at_entry,
    invalidity_pension_at_entry,
    gp_at_entry,
    health_coverage_at_entry,
    has_outside_social_worker,
    time_without_work,
    street_duration,
    housing_at_entry,
    housing_group_at_entry,
    housing_level_at_entry,
    social_housing_request_at_entry,
    dalo_daho_request_at_entry,
    collective_agreement_request_at_entry,
    difficulty_logement_at_entry,
    difficulty_sante_at_entry,
    difficulty_administratif_at_entry,
    difficulty_illettrisme_linguistique_at_entry,
    difficulty_mobilite_at_entry,
    difficulty_surendettement_at_entry,
    difficulty_disponibilite_at_entry,
    difficulty_justice_at_entry,
    has_proximity_support,
    has_concerted_support,
    refugee_at_entry
from placed
