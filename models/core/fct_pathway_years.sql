-- Every delivery stays readable here. Which of them speaks in a period is said by fct_pathway_periods.
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
            as programme_entry_date
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
)

select
    pathway_key,
    reporting_year,
    person_key,
    worksite_id,
    territory_id,
    case when came_through_phc then 'after_phc' else 'direct' end as population,
    is_latest_delivery,
    entry_date,
    programme_entry_date,
    exit_date,
    birth_year,
    sex,
    nationality,
    education_level,
    referrer,
    came_through_phc,
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
from dated
