-- One row per pathway and period in which it was active.
-- true = numerator, false = denominator only, null = outside the base. Unknown is never no.
-- An officer who acted on one of a person's pathways is mobilised for the person.
with days as (
    {{ periods_of_days(ref('fct_partner_actions'), 'action_date') }}
),

officers as (
    select
        actions.person_key,
        days.period_id,
        bool_or(domains.domain = 'emploi') as has_employment_officer,
        bool_or(domains.domain = 'santé') as has_health_officer,
        bool_or(domains.domain = 'logement') as has_housing_officer
    from {{ ref('fct_partner_actions') }} as actions
    inner join days on actions.action_date = days.action_date
    left join {{ ref('fct_partner_action_domains') }} as domains on actions.action_key = domains.action_key
    where actions.person_key is not null
    group by actions.person_key, days.period_id
),

supported as (
    select
        deliveries.*,
        officers.has_employment_officer,
        officers.has_health_officer,
        officers.has_housing_officer,
        officers.person_key is not null as has_any_officer,
        -- what a delivery says of its year is known of no other period
        ends.reporting_year is not null as is_whole_year,
        ends.last_year - year(worksites.joined_on) + 1 as programme_year_of_worksite,
        -- the Bilan calls recent what joined after September of the year before, 15 months before its last day
        worksites.joined_on <= {{ months_after('ends.last_day', -15) }} as is_established
    from {{ supported_by_period() }} as deliveries
    inner join {{ ref('dim_reporting_periods') }} as ends on deliveries.period_id = ends.period_id
    left join officers
        on deliveries.person_key = officers.person_key and deliveries.period_id = officers.period_id
    left join {{ ref('dim_worksites') }} as worksites on deliveries.worksite_id = worksites.worksite_id
)

select
    pathway_key,
    person_key,
    period_id,
    territory_id,
    worksite_id,
    population,
    {{ within('is_whole_year and has_proximity_support is not null', 'has_proximity_support') }} as support__proximity,
    {{ within('is_whole_year and has_concerted_support is not null', 'has_concerted_support') }} as support__concerted,
    {{ within('is_supported', 'has_employment_officer') }} as support__officer_mobilised__emploi,
    {{ within('difficulty_sante_at_entry', 'has_health_officer') }} as support__officer_mobilised__sante,
    {{ within('difficulty_logement_at_entry', 'has_housing_officer') }} as support__officer_mobilised__logement,
    {{ within('is_established', 'has_employment_officer') }} as support__officer_mobilised_established__emploi,
    {{ within('is_established and difficulty_sante_at_entry', 'has_health_officer') }}
        as support__officer_mobilised_established__sante,
    {{ within('is_established and difficulty_logement_at_entry', 'has_housing_officer') }}
        as support__officer_mobilised_established__logement,
    {{ within('programme_year_of_worksite <= 1', 'has_any_officer') }}
        as support__officer_mobilised_by_seniority__premiere_annee,
    {{ within('programme_year_of_worksite = 2', 'has_any_officer') }}
        as support__officer_mobilised_by_seniority__deuxieme_annee,
    {{ within('programme_year_of_worksite >= 3', 'has_any_officer') }}
        as support__officer_mobilised_by_seniority__troisieme_annee_et_plus
from supported
