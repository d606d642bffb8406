{#-
  A run of dbt that writes works on a copy beside the warehouse, which replaces it only where nothing
  refuses it (`macros/judge_build.sql`). dbt has opened the warehouse before its first hook, so the
  hooks change the file under the catalog's name: leave the warehouse, begin beside it, and at the end
  leave the copy and settle. Functions of `src/cvg_warehouse/building/dbt_plugin.py` move the files.

  CVG_BESIDE=no: the run writes into the warehouse itself, as in `cvg build`, whose file is a new one.
-#}
{% macro builds_beside() -%}
  {%- do return(execute and invocation_args_dict.which != 'test' and env_var('CVG_BESIDE', 'yes') != 'no') -%}
{%- endmacro %}

{% macro leave_warehouse() -%}
{%- if builds_beside() -%}
attach ':memory:' as no_warehouse; use no_warehouse; detach {{ adapter.quote(target.database) }}
{%- endif -%}
{%- endmacro %}

{# `dbt retry` goes on from what was refused: it runs again what failed there, and nothing else. #}
{% macro begin_beside() -%}
{%- set goes_on = 'retry' in invocation_args_dict.get('invocation_command', '').split() -%}
{{- change_file('go_on_beside' if goes_on else 'begin_beside') if builds_beside() -}}
{%- endmacro %}

{% macro settle_beside() -%}
{{- change_file('settle_beside') if builds_beside() -}}
{%- endmacro %}

{# Let a function move files, and open the one that is to be used from then on. #}
{% macro change_file(function) -%}
  {%- set reason = run_query('select ' ~ function ~ '()').columns[0].values()[0] -%}
  {%- set file = run_query('select file_of_build()').columns[0].values()[0] -%}
  {%- do adapter.commit() -%}
attach {{ dbt.string_literal(dbt.escape_single_quotes(file)) }} as {{ adapter.quote(target.database) }};
use {{ adapter.quote(target.database) }};
detach no_warehouse
{%- if reason %};
select error({{ dbt.string_literal(dbt.escape_single_quotes(reason)) }})
{%- endif -%}
{%- endmacro %}
