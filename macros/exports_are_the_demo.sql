{#-
  A condition: the exports loaded are the shipped, synthetic ones, so that every printed figure must
  come out. Exports in another folder may be real: there a difference is a finding.
-#}
{% macro exports_are_the_demo() -%}
{%- if env_var('CVG_EXPORTS', 'seeds/exports') == 'seeds/exports' -%}
(select bool_and(exports.is_synthetic) from {{ ref('dim_exports') }} as exports)
{%- else -%}
(1 = 0)
{%- endif -%}
{%- endmacro %}
