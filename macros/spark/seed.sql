{#-
  Seeds on Spark, as those on DuckDB (`macros/seed_from_file.sql`): Spark itself reads the file, by header name and with
  every column as text, and a line that cannot be read stops the load with its number and never its values.
-#}
{% materialization seed, adapter='spark' %}
  {%- set file_name = model.original_file_path.split('/') | last -%}
  {%- set path = model.original_file_path -%}
  {%- set path = path if path.startswith('/') else model.root_path ~ '/' ~ path -%}
  {%- set options -%}
    using csv options (
      path {{ dbt.string_literal(path) }}, header 'true', quote '"', escape '"', multiLine 'true',
      enforceSchema 'false', columnNameOfCorruptRecord 'unreadable_line'
    )
  {%- endset -%}
  {%- set view = 'file_of_' ~ model.name -%}
  {%- do run_query('create or replace temporary view ' ~ view ~ ' ' ~ options) -%}
  {%- set found = run_query('describe ' ~ view).columns[0].values() | list -%}
  {%- set columns = [] -%}
  {%- for column in found -%}
    {%- do columns.append(adapter.quote(column) ~ ' string') -%}
  {%- endfor -%}
  {%- do run_query(
    'create or replace temporary view ' ~ view ~ ' (' ~ columns | join(', ') ~ ', unreadable_line string) ' ~ options
  ) -%}

  {{ run_hooks(pre_hooks) }}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- do adapter.drop_relation(target_relation) -%}
  {%- do run_query(
    'create table ' ~ target_relation ~ ' using parquet as select line_in_file, ' ~ columns_of_seed(file_name, found) | join(', ')
    ~ ' from (select row_number() over (order by monotonically_increasing_id()) + 1 as line_in_file, * from ' ~ view ~ ')'
    ~ ' where assert_true(unreadable_line is null, concat(' ~ dbt.string_literal(file_name ~ ': line ') ~ ', line_in_file, '
    ~ "' cannot be read as comma-separated text; correct the quotes or the number of columns there')) is null"
  ) -%}
  {%- do run_query('drop view ' ~ view) -%}
  {%- do store_raw_result('main', message='OK', code='OK', rows_affected='-1') -%}
  {%- do store_result('agate_table', response='OK', agate_table=none) -%}
  {{ run_hooks(post_hooks) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
