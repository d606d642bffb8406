-- An action takes its population from its pathway: from the delivery of the action's year, else from the latest one.
-- Without a pathway it has no population and counts in `all` only.
select
    actions.action_key,
    actions.reporting_year,
    actions.action_date,
    actions.territory_id,
    actions.worksite_id,
    actions.pathway_key,
    pathways.person_key,
    coalesce(deliveries.population, pathways.population, 'none') as population,
    actions.action_types,
    actions.partners,
    actions.stands_in_for_social_worker,
    actions.experiment
from {{ ref('stg_exports__actions') }} as actions
left join {{ ref('fct_pathways') }} as pathways on actions.pathway_key = pathways.pathway_key
left join {{ ref('fct_pathway_years') }} as deliveries
    on actions.pathway_key = deliveries.pathway_key and actions.reporting_year = deliveries.reporting_year
