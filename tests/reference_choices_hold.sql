-- Choices where the report names two groups or none, and which its figures were found to rest on: the group of some
-- housing types, and the exit reasons that are neutral or end a trial period (all others are neither).
with housing_choices (housing_type, housing_group, housing_level) as (
    values
    ('Foyer', 'hebergement_collectif', 2),
    ('Foyer Jeunes Travailleurs', 'logement_semi_durable', 3),
    ('Hôtel', 'hebergement_precaire', 1),
    ('Structure de détention', 'hebergement_precaire', 1),
    ('Structure médicalisée', 'hebergement_precaire', 1)
)

select chosen.housing_type as entry
from housing_choices as chosen
left join {{ ref('stg_reference__housing_types') }} as listed
    on
        chosen.housing_type = listed.housing_type
        and chosen.housing_group = listed.housing_group
        and chosen.housing_level = listed.housing_level
where listed.housing_type is null and {{ rows_are_loaded() }}
union all
select exit_reason_code as entry
from {{ ref('stg_reference__exit_reasons') }}
where
    is_neutral != (exit_reason_code in ('22', '23', '24', '25', '26', '27', 'DEM'))
    or is_trial_period_rupture != (exit_reason_code in ('26', '27'))
