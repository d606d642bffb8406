{#-
  A row for a rule that some rows break, with their number. Tests of several rules are made of them;
  `cvg build` names the broken ones, so a rule names columns and never shows a value of the data.
-#}
{% macro broken_rule(model, rule, condition) -%}
select
    '{{ rule }}' as rule,
    count(*) as rows_against
from {{ model }}
where {{ condition }}
having count(*) > 0
{%- endmacro %}

{# The columns of a model, as its YAML describes them. #}
{% macro columns_of(relation) -%}
  {{- return(graph.nodes['model.' ~ project_name ~ '.' ~ relation.identifier].columns.values() | list if execute else []) -}}
{%- endmacro %}
