{#-
  After a run that built everything and failed nowhere: publish the warehouse.

  CVG_PUBLISH=no leaves the publication out.
-#}
{% macro publish_build(results) -%}
{%- if execute and is_whole_build(results) and env_var('CVG_PUBLISH', 'yes') != 'no' %}
  {%- set reason = run_query('select publish_edition()').columns[0].values()[0] %}
  {%- if reason -%}
select error({{ dbt.string_literal(dbt.escape_single_quotes('nothing was published: ' ~ reason)) }})
  {%- endif %}
{%- endif %}
{%- endmacro %}
