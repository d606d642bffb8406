-- The catalogue, and the model that holds each indicator's rule.
with rules as (
    {{ indicators_of_rule_models() }}
)

select
    catalogue.indicator_id,
    catalogue.theme,
    catalogue.unit,
    catalogue.statistic,
    catalogue.counting_unit,
    catalogue.breakdown,
    catalogue.base,
    catalogue.label_fr,
    catalogue.label_en,
    catalogue.numerator_definition,
    catalogue.denominator_definition,
    catalogue.numerator_definition_fr,
    catalogue.denominator_definition_fr,
    catalogue.published_in,
    catalogue.audience,
    1 as rounding,
    rules.rule_model
from {{ ref('stg_reference__indicators') }} as catalogue
left join rules on catalogue.indicator_id = rules.indicator_id
