-- One row per exited pathway and period. true = numerator, false = denominator only, null = outside the base.
with exits as (
    select
        *,
        in_base_housing and housing_group_at_exit is not null as in_base_housing_both_known,
        in_base_housing
        and housing_group_at_exit is not null
        and housing_level_at_entry in (1, 2) as in_base_hosted_at_entry
    from {{ exits_by_period() }} as exits
)

select
    pathway_key,
    person_key,
    period_id,
    territory_id,
    worksite_id,
    population,
    {{ within('in_base_housing', 'housing_level_at_exit > housing_level_at_entry') }} as housing__improved,
    {{ within(
        'in_base_housing',
        "housing_group_at_exit = 'logement_perenne' and housing_group_at_entry != 'logement_perenne'"
    ) }} as housing__reached_permanent,
    {{ within('in_base_housing_both_known', "housing_group_at_exit = 'logement_perenne'") }}
        as housing__permanent_at_exit,
    {{ within('in_base_housing', 'housing_group_at_exit is null') }} as housing__unknown_at_exit,
    {{ within('in_base_housing', 'was_rehoused_via_partnership') }} as housing__rehoused_via_partnership,
    {%- for at_entry in listed_codes('housing_group') %}
    {%- for at_exit in listed_codes('housing_group') %}
    {{ within(
        'in_base_housing_both_known',
        "housing_group_at_entry = '" ~ at_entry ~ "' and housing_group_at_exit = '" ~ at_exit ~ "'"
    ) }} as housing__transition__{{ at_entry }}__{{ at_exit }},
    {%- endfor %}
    {%- endfor %}
    {{ within('in_base_housing', 'social_housing_request_at_entry') }} as housing__requests__logement_social__entry,
    {{ within('in_base_housing', 'social_housing_request_at_exit') }} as housing__requests__logement_social__exit,
    {{ within('in_base_housing', 'dalo_daho_request_at_entry') }} as housing__requests__dalo_daho__entry,
    {{ within('in_base_housing', 'dalo_daho_request_at_exit') }} as housing__requests__dalo_daho__exit,
    {{ within('in_base_housing', 'collective_agreement_request_at_entry') }}
        as housing__requests__accord_collectif__entry,
    {{ within('in_base_housing', 'collective_agreement_request_at_exit') }}
        as housing__requests__accord_collectif__exit,
    {%- for group in listed_codes('housing_group') %}
    {{ within('in_base_housing', "housing_group_at_entry = '" ~ group ~ "'") }} as housing__group_at_entry__{{ group }},
    {{ within('in_base_housing_both_known', "housing_group_at_exit = '" ~ group ~ "'") }}
        as housing__group_at_exit__{{ group }},
    {%- endfor %}
    {{ within(
        "in_base_housing and housing_group_at_entry != 'logement_perenne'",
        "housing_group_at_exit = 'logement_perenne'"
    ) }} as housing__reached_permanent_without_at_entry,
    {{ within('in_base_hosted_at_entry', "housing_group_at_exit = 'logement_perenne'") }}
        as housing__hosted_reached_permanent,
    {{ within('in_base_hosted_at_entry', 'housing_level_at_exit in (1, 2)') }} as housing__hosted_at_exit,
    {{ within('in_base_housing and has_housing_officer', 'housing_level_at_exit > housing_level_at_entry') }}
        as housing__improved_by_officer__with,
    {{ within('in_base_housing and not has_housing_officer', 'housing_level_at_exit > housing_level_at_entry') }}
        as housing__improved_by_officer__without
from exits
