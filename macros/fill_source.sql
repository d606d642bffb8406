{#-
  Before a model reads a source that lies beside the warehouse: let a function of the plugin fill it. On Spark there is
  no plugin, and it is empty.
-#}
{% macro fill_source(name, function) -%}
    {{ return(adapter.dispatch('fill_source')(name, function)) }}
{%- endmacro %}

{% macro default__fill_source(name, function) -%}
{{ stop_for(ask(function)) if execute }}
{%- endmacro %}

{% macro spark__fill_source(name, function) -%}
  {%- for table in graph.get('sources', {}).values() if table.source_name == name -%}
    {%- set columns = [] -%}
    {%- for column in table.columns.values() -%}
      {%- do columns.append(column.name ~ ' ' ~ column.data_type) -%}
    {%- endfor -%}
    {%- do run_query('create schema if not exists ' ~ table.schema) -%}
    {%- do run_query('create table if not exists ' ~ table.schema ~ '.' ~ table.name ~ ' (' ~ columns | join(', ') ~ ') using parquet') -%}
  {%- endfor -%}
{%- endmacro %}
