{#-
  Before a run: the warehouse is about to change, so that it no longer is what was built as a whole.

  `dbt test` changes nothing in it.
-#}
{% macro forget_build() -%}
{%- if flags.WHICH != 'test' %}
drop table if exists build_record
{%- endif %}
{%- endmacro %}

{#-
  After a run that built everything and failed nowhere: note that, and publish the warehouse.

  CVG_PUBLISH=no leaves the publication out.
-#}
{% macro publish_build(results) -%}
{%- if execute and is_whole_build(results) %}
  {%- do run_query('create or replace table build_record as select code_version() as code_version') %}
  {%- if env_var('CVG_PUBLISH', 'yes') != 'no' %}
    {%- set reason = run_query('select publish_edition()').columns[0].values()[0] %}
    {%- if reason -%}
select error({{ dbt.string_literal(dbt.escape_single_quotes('nothing was published: ' ~ reason)) }})
    {%- endif %}
  {%- endif %}
{%- endif %}
{%- endmacro %}

{#-
  A condition: `dbt build` on everything there is, with rows, and each step went well. Unit tests may be
  left out: they say nothing of the warehouse.
-#}
{% macro is_whole_build(results) -%}
{%- set narrowed = invocation_args_dict.get('exclude_resource_types', []) | reject('equalto', 'unit_test') | list %}
{%- for option in ['select', 'exclude', 'selector', 'resource_types', 'empty', 'sample']
  if invocation_args_dict.get(option) %}
  {%- do narrowed.append(option) %}
{%- endfor %}
{%- set done = {} %}
{%- for result in results if result.status in ['success', 'pass', 'warn', 'no-op'] %}
  {%- do done.update({result.node.unique_id: true}) %}
{%- endfor %}
{%- set missing = graph.nodes.values()
  | selectattr('resource_type', 'in', ['seed', 'model', 'test']) | map(attribute='unique_id')
  | reject('in', done) | list %}
{%- do return(
  invocation_args_dict.which == 'build' and not narrowed and not missing and done | length == results | length
) %}
{%- endmacro %}
