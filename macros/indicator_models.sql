{# The themes' models whose boolean columns are counted as distinct people. #}
{% macro people_models() -%}
  {{- return([
    ref('ind_headcount'), ref('ind_public'), ref('ind_barriers_at_entry'), ref('ind_barriers_at_exit'),
    ref('ind_support'), ref('ind_pathways'), ref('ind_exits'), ref('ind_housing'), ref('ind_health'),
    ref('ind_post_exit')
  ]) -}}
{%- endmacro %}

{# Those among them that also hold measured columns (means, medians). #}
{% macro measured_models() -%}
  {{- return([ref('ind_public'), ref('ind_pathways')]) -}}
{%- endmacro %}
