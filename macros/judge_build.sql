{# Before a run: the warehouse is about to change, so that it no longer is what was built as a whole. #}
{% macro forget_build() -%}
{%- if writes() -%}
drop table if exists build_record; drop table if exists build_refusals{{ '; drop table if exists rows_read' if not is_slice() }}
{%- endif -%}
{%- endmacro %}

{#-
  After a run that writes: note what refuses it, and whether it built everything and failed nowhere.

  `build_refusals` is all that decides whether what was built may replace the warehouse, after
  `cvg build` and after plain dbt alike.
-#}
{% macro judge_build(results) -%}
{%- if has_copy() or (writes() and not wants_copy()) -%}
create table build_refusals (unique_id text, status text);
  {%- for result in results if refuses(result) %}
insert into build_refusals values ('{{ result.node.unique_id }}', '{{ result.status }}');
  {%- endfor %}
  {%- if holds_no_rows() %}
insert into build_refusals values ('--empty or --sample', 'without its rows');
  {%- endif %}
  {{- note_files(results) }}
  {%- if is_whole_build(results) %}
create table build_record as select code_version() as code_version;
  {%- endif %}
{%- endif -%}
{%- endmacro %}

{#-
  Where staging read files in place the warehouse holds no copy of their rows: `files_read` says which files they were.
  A run of some of these models alone may have read others than the run before, so none is named.
-#}
{% macro note_files(results) -%}
  {%- set readers = [] -%}
  {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.fqn[1:3] == ['staging', 'exports'] -%}
    {%- do readers.append(node.unique_id) -%}
  {%- endfor -%}
  {%- set ran = results | map(attribute='node.unique_id') | select('in', readers) | list -%}
  {%- if ran %}
drop table if exists files_read;
  {%- endif %}
  {%- if ran | length == readers | length and exports_format() != 'seeds' %}
create table files_read as select checksums_of_exports() as checksums;
  {%- endif %}
{%- endmacro %}

{#-
  A condition: a table was not made, or a test failed of what is counted: of nothing but the seeds, the
  layers up to the indicators' rules and the checks of the exports. dbt itself lets a failing test of several tables stop only
  what depends on all of them.
-#}
{% macro refuses(result) -%}
  {%- if result.node.resource_type in ['seed', 'model'] -%}
    {%- do return(result.status != 'success') -%}
  {%- elif result.node.resource_type != 'test' or result.status not in ['fail', 'error', 'runtime error'] -%}
    {%- do return(false) -%}
  {%- endif -%}
  {%- set layers = [] -%}
  {%- for id in result.node.depends_on.nodes if graph.nodes[id].resource_type == 'model' -%}
    {%- do layers.append(graph.nodes[id].fqn[1]) -%}
  {%- endfor -%}
  {%- do return(layers | reject('in', ['staging', 'core', 'rules', 'checks']) | list == []) -%}
{%- endmacro %}

{# A condition: `--empty` or `--sample`, whose tables lack rows and replace none. #}
{% macro holds_no_rows() -%}
  {%- do return(invocation_args_dict.get('empty') or invocation_args_dict.get('sample')) -%}
{%- endmacro %}

{# The same in SQL, for tests that would miss what a seed holds. #}
{% macro rows_are_loaded() -%}
({{ '1 = 0' if holds_no_rows() else '1 = 1' }})
{%- endmacro %}

{#-
  A condition: `dbt build` on everything there is, with rows, and each step went well. Unit tests may be
  left out: they say nothing of the warehouse.
-#}
{% macro is_whole_build(results) -%}
{%- set narrowed = invocation_args_dict.get('exclude_resource_types', []) | reject('equalto', 'unit_test') | list %}
{%- for option in ['select', 'exclude', 'selector', 'resource_types'] if invocation_args_dict.get(option) %}
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
  invocation_args_dict.which == 'build' and not narrowed and not holds_no_rows()
  and not missing and done | length == results | length
) %}
{%- endmacro %}
