{#-
  A run of dbt that writes works on a copy beside the warehouse, which replaces it only where nothing
  refuses it (`macros/judge_build.sql`). dbt has opened the warehouse before its first hook, so the
  hooks change the file under the catalog's name: leave the warehouse, begin beside it, and at the end
  leave the copy and settle. Functions of `src/cvg_warehouse/building/dbt_plugin.py` move the files.

  CVG_BESIDE=no: the run writes into the warehouse itself, as in `cvg build`, whose file is a new one.
-#}
{#-
  A condition: the command writes tables of a warehouse that is a file. Others, as `dbt docs generate`, render the
  hooks and do not run them; on Spark there is no file to copy, to refuse or to publish.
-#}
{% macro writes() -%}
  {%- do return(
    execute and target.type == 'duckdb' and invocation_args_dict.which in ['build', 'run', 'seed', 'snapshot']
  ) -%}
{%- endmacro %}

{% macro wants_copy() -%}
  {%- do return(writes() and env_var('CVG_BESIDE', 'yes') != 'no') -%}
{%- endmacro %}

{# A condition: the run works on the copy; where it was refused at its start, there is none. #}
{% macro has_copy() -%}
  {%- do return(wants_copy() and ask('has_copy') == 'yes') -%}
{%- endmacro %}

{# Before exports are read: are they those of their ingest, and can every file be read? Models read files in place. #}
{% macro check_exports() -%}
{%- if wants_copy() and (exports_format() != 'seeds' or invocation_args_dict.which in ['build', 'seed']) -%}
{{ refuse_run(ask('check_exports')) }}
{%- endif -%}
{%- endmacro %}

{# `dbt retry` goes on from what was refused: it runs again what failed there, and nothing else. #}
{% macro begin_copy() -%}
{%- if wants_copy() -%}
{%- set goes_on = 'retry' in invocation_args_dict.get('invocation_command', '').split() -%}
{{ change_file('go_on_from_refused' if goes_on else 'begin_copy', refuse_run) }}
{%- endif -%}
{%- endmacro %}

{% macro settle_copy() -%}
{{- change_file('settle_copy', stop_for) if has_copy() -}}
{%- endmacro %}

{% macro leave_file() -%}
attach ':memory:' as no_warehouse; use no_warehouse; detach {{ adapter.quote(target.database) }}
{%- endmacro %}

{# Let a function move files, and open the one that is to be used from then on. #}
{% macro change_file(function, stop) -%}
  {%- set reason = ask(function) -%}
  {%- set file = ask('file_of_build') -%}
  {%- do adapter.commit() -%}
attach {{ dbt.string_literal(dbt.escape_single_quotes(file)) }} as {{ adapter.quote(target.database) }};
use {{ adapter.quote(target.database) }};
detach no_warehouse;
{{ stop(reason) }}
{%- endmacro %}

{# What a function of the plugin answers. #}
{% macro ask(function) -%}
  {%- do return(run_query('select ' ~ function ~ '()').columns[0].values()[0]) -%}
{%- endmacro %}

{# Let no step of the run begin where there is a reason. On an error of SQL in a first hook dbt stumbles over exposures. #}
{% macro refuse_run(reason) -%}
  {%- if reason -%}
    {%- do exceptions.raise_compiler_error(reason) -%}
  {%- endif -%}
{%- endmacro %}

{# Let the last hooks of the run fail where there is a reason. #}
{% macro stop_for(reason) -%}
{%- if reason -%}
select error({{ dbt.string_literal(dbt.escape_single_quotes(reason)) }})
{%- endif -%}
{%- endmacro %}
