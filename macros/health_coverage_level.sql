{# Rank of a health coverage (couverture santé), 0 = none to 3 = base and complementary; null where unknown. #}
{% macro health_coverage_level(coverage) -%}
case {{ coverage }} when 'aucune' then 0 when 'AME' then 1 when 'base' then 2 when 'base et complémentaire' then 3 end
{%- endmacro %}
