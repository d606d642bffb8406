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

{# The file that a staging model reads, as people know it. #}
{% macro file_of(relation) -%}
  {%- set seeds = [] -%}
  {%- if execute -%}
    {%- for id in graph.nodes['model.' ~ project_name ~ '.' ~ relation.identifier].depends_on.nodes -%}
      {%- do seeds.append(graph.nodes[id].original_file_path.split('/') | last) -%}
    {%- endfor -%}
  {%- endif -%}
  {{- return(seeds | join(', ')) -}}
{%- endmacro %}
