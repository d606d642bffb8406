-- The population and the entry values of an exit come from the pathway's latest delivery. What the lists say of its
-- reason and of its housing, also of that at entry, is what they say on its day: a type that changes groups is no move.
with exits as (
    select
        exits.*,
        extract(year from exits.exit_date)::int as exit_year,
        reasons.exit_category,
        coalesce(reasons.is_neutral, false) as is_neutral,
        coalesce(reasons.is_trial_period_rupture, false) as is_trial_period_rupture,
        exit_housing.housing_group as housing_group_at_exit,
        exit_housing.housing_level as housing_level_at_exit
    from {{ ref('stg_exports__sorties') }} as exits
    left join {{ ref('stg_reference__exit_reasons') }} as reasons
        on exits.exit_reason_code = reasons.exit_reason_code and {{ valid_on('reasons', 'exits.exit_date') }}
    left join {{ ref('stg_reference__housing_types') }} as exit_housing
        on
            exits.housing_at_exit = exit_housing.housing_type
            and {{ valid_on('exit_housing', 'exits.exit_date') }}
),

officer_actions as (
    select
        actions.pathway_key,
        bool_or(domains.domain = 'logement') as has_housing_officer,
        bool_or(domains.domain = 'santé') as has_health_officer
    from {{ ref('stg_exports__actions') }} as actions
    inner join {{ ref('fct_partner_action_domains') }} as domains on actions.action_key = domains.action_key
    where actions.pathway_key is not null
    group by actions.pathway_key
)

select
    exits.pathway_key,
    pathways.person_key,
    exits.exit_year as reporting_year,
    exits.worksite_id,
    exits.territory_id,
    pathways.population,
    pathways.entry_date,
    exits.exit_date,
    exits.exit_reason_code,
    exits.exit_category,
    exits.is_form_complete,
    exits.is_neutral,
    true as in_base_exited,
    not exits.is_neutral as in_base_non_neutral,
    not exits.is_neutral and coalesce(exits.is_form_complete, false) as in_base_complete,
    not exits.is_trial_period_rupture as in_base_duration,
    not exits.is_trial_period_rupture and entry_housing.housing_group is not null as in_base_housing,
    {{ months_between('pathways.entry_date', 'exits.exit_date') }} as duration_months,
    exits.exit_year - pathways.birth_year as age_at_exit,
    pathways.birth_year,
    pathways.rsa_at_entry,
    pathways.rqth_at_entry,
    pathways.aah_at_entry,
    pathways.ass_at_entry,
    pathways.invalidity_pension_at_entry,
    pathways.gp_at_entry,
    pathways.health_coverage_at_entry,
    pathways.housing_at_entry,
    pathways.social_housing_request_at_entry,
    pathways.dalo_daho_request_at_entry,
    pathways.collective_agreement_request_at_entry,
    pathways.difficulty_logement_at_entry,
    pathways.difficulty_sante_at_entry,
    pathways.difficulty_administratif_at_entry,
    pathways.difficulty_illettrisme_linguistique_at_entry,
    pathways.difficulty_mobilite_at_entry,
    pathways.difficulty_surendettement_at_entry,
    pathways.difficulty_disponibilite_at_entry,
    pathways.difficulty_justice_at_entry,
    entry_housing.housing_group as housing_group_at_entry,
    entry_housing.housing_level as housing_level_at_entry,
    exits.housing_at_exit,
    exits.rqth_at_exit,
    exits.aah_at_exit,
    exits.invalidity_pension_at_exit,
    exits.gp_at_exit,
    exits.health_coverage_at_exit,
    exits.had_health_checkup,
    exits.social_housing_request_at_exit,
    exits.dalo_daho_request_at_exit,
    exits.collective_agreement_request_at_exit,
    exits.was_rehoused_via_partnership,
    exits.has_extension,
    exits.difficulty_logement_status_at_exit,
    exits.difficulty_sante_status_at_exit,
    exits.difficulty_administratif_status_at_exit,
    exits.difficulty_illettrisme_linguistique_status_at_exit,
    exits.difficulty_mobilite_status_at_exit,
    exits.difficulty_surendettement_status_at_exit,
    exits.difficulty_disponibilite_status_at_exit,
    exits.difficulty_justice_status_at_exit,
    exits.care_pathway_at_exit,
    exits.post_exit_support,
    exits.housing_group_at_exit,
    exits.housing_level_at_exit,
    coalesce(officer_actions.has_housing_officer, false) as has_housing_officer,
    coalesce(officer_actions.has_health_officer, false) as has_health_officer
from exits
left join {{ ref('fct_pathways') }} as pathways on exits.pathway_key = pathways.pathway_key
left join {{ ref('stg_reference__housing_types') }} as entry_housing
    on
        pathways.housing_at_entry = entry_housing.housing_type
        and {{ valid_on('entry_housing', 'exits.exit_date') }}
left join officer_actions on exits.pathway_key = officer_actions.pathway_key
