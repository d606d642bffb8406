{#-
  After a run that built everything and failed nowhere: publish the warehouse.

  CVG_PUBLISH=no leaves the publication out.
-#}
{% macro publish_build(results) -%}
{%- if writes() and is_whole_build(results) and env_var('CVG_PUBLISH', 'yes') != 'no' %}
{%- set reason = ask('publish_edition') -%}
{{ stop_for('nothing was published: ' ~ reason if reason) }}
{%- endif %}
{%- endmacro %}
