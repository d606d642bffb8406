{#-
  Seeds on DuckDB: the file is read by DuckDB itself, by header name and with every column as text.

  What dbt-duckdb 1.11's own means do with an export, tried:
  - its seeds keep leading zeros and take columns in any order, given `column_types`, but
    - overwrite the export where the exports' folder is an absolute path: dbt writes the SQL of a step
      to target/run/ + the file's path, and that is the export itself;
    - show the values of a line that cannot be read ("Original Line: …");
    - leave an optional column out of the table where the file has none, and keep an unknown one;
    - read each file twice, once in Python: 100,000 rows take seven times as long as through `read_csv`.
  - an external source reads a file as quickly as this does, but `read_csv` too shows the values of a bad
    line, and knows no optional columns. Large exports are read so (`macros/exported.sql`), and every run of
    dbt looks at their lines before it.

  This one leaves unknown columns out, fills optional ones that are missing with null, and stops with
  one line, which never shows a value, where a required column is missing or a line cannot be read.

  `line_in_file` is added, by which tests say where a wrong value stands: line 1 is the header, and a row
  is one line also where a value in it holds line breaks.

  The seed's YAML names its columns in `column_types`; those with `meta: {optional: true}` may be
  missing from the file.
-#}
{% materialization seed, adapter='duckdb' %}
  {%- set path = adapter.get_seed_file_path(model) -%}
  {%- set file_name = path.split('/') | last -%}
  {%- set reader = read_csv_as_text(
    dbt.string_literal(path),
    ", store_rejects = true, rejects_table = 'seed_rejects', rejects_scan = 'seed_rejected_scans', rejects_limit = 0"
  ) -%}
  {%- do run_query('drop table if exists seed_rejects; drop table if exists seed_rejected_scans') -%}
  {%- set found = columns_in(reader) -%}
  {#- Read by one thread because of it, so it numbers rows in the file's order; a tool of tables shows the same number. -#}
  {%- set selected = ['row_number() over () + 1 as line_in_file'] + columns_of_seed(file_name, found) -%}

  {{ run_hooks(pre_hooks) }}
  {%- set target_relation = this.incorporate(type='table') -%}
  {#- Never `call statement('main')`: it writes its SQL to target/run/ + the seed's path, which is the
      seed itself when the exports' folder is given as an absolute path. -#}
  {%- set loaded = run_query('create or replace table ' ~ target_relation ~ ' as select ' ~ selected | join(', ') ~ ' from ' ~ reader).columns[0].values()[0] -%}
  {%- set rejects = run_query('select distinct line from seed_rejects order by line limit 5') -%}
  {%- if rejects.rows -%}
    {%- do exceptions.raise_compiler_error(file_name ~ ': line ' ~ rejects.columns[0].values() | join(', ') ~ ' cannot be read as comma-separated text; correct the quotes or the number of columns there') -%}
  {%- endif -%}
  {%- do store_raw_result('main', message='INSERT ' ~ loaded, code='INSERT', rows_affected=loaded) -%}
  {#- What `dbt seed --show` would print: no row of the data. -#}
  {%- do store_result('agate_table', response='OK', agate_table=rejects) -%}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks) }}
  {{ adapter.commit() }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# What is selected of a seed's file that has the columns `found`. #}
{% macro columns_of_seed(file_name, found) -%}
  {%- set selected = [] -%}
  {%- for column, type in config.get('column_types', {}).items() -%}
    {%- set name = adapter.quote(column) -%}
    {%- if column in found -%}
      {%- do selected.append('cast(' ~ name ~ ' as ' ~ type ~ ') as ' ~ name) -%}
    {%- elif model.columns[column].config.meta.get('optional') -%}
      {%- do selected.append('cast(null as ' ~ type ~ ') as ' ~ name) -%}
    {%- else -%}
      {%- do exceptions.raise_compiler_error(file_name ~ ': the column ' ~ column ~ ' is missing; add it to the file, or deliver the export again') -%}
    {%- endif -%}
  {%- endfor -%}
  {{- return(selected) -}}
{%- endmacro %}
