-- Choices where the report names two groups or none, and which its figures were found to rest on: the group of some
-- housing types, and the exit reasons that are neutral or end a trial period. What changes later has a line of its own.
with housing_choices (housing_type, housing_group, housing_level) as (
    values
    ('Foyer', 'hebergement_collectif', 2),
    ('Foyer Jeunes Travailleurs', 'logement_semi_durable', 3),
    ('Hôtel', 'hebergement_precaire', 1),
    ('Structure de détention', 'hebergement_precaire', 1),
    ('Structure médicalisée', 'hebergement_precaire', 1)
),

neutral_reasons (exit_reason_code, ends_trial_period) as (
    values ('22', false), ('23', false), ('24', false), ('25', false), ('26', true), ('27', true), ('DEM', false)
)

select chosen.housing_type as entry
from housing_choices as chosen
left join {{ ref('stg_reference__housing_types') }} as listed
    on
        chosen.housing_type = listed.housing_type
        and chosen.housing_group = listed.housing_group
        and chosen.housing_level = listed.housing_level
        and {{ valid_on('listed', last_day('2024')) }}
where listed.housing_type is null and {{ rows_are_loaded() }}
union all
select chosen.exit_reason_code as entry
from neutral_reasons as chosen
left join {{ ref('stg_reference__exit_reasons') }} as listed
    on
        chosen.exit_reason_code = listed.exit_reason_code
        and chosen.ends_trial_period = listed.is_trial_period_rupture
        and listed.is_neutral
        and {{ valid_on('listed', last_day('2024')) }}
where listed.exit_reason_code is null and {{ rows_are_loaded() }}
union all
-- a reason is neutral where its category is, and one that ends a trial period is neutral
select reasons.exit_reason_code as entry
from {{ ref('stg_reference__exit_reasons') }} as reasons
inner join {{ ref('stg_reference__exit_categories') }} as categories on reasons.exit_category = categories.exit_category
where
    reasons.is_neutral != (categories.category_group = 'neutral')
    or (reasons.is_trial_period_rupture and not reasons.is_neutral)
