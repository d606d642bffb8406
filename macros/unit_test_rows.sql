{#-
  Rows of a dbt unit test in place of dbt's macros of these names: one JSON text instead of a select per
  row with a cast per column, which takes longer to write and to plan than the test to run. As in dbt's,
  columns that a row leaves out are null, and a column that is not there is an error.
-#}
{% macro get_fixture_sql(rows, column_name_to_data_types) %}
  {{- rows_of_unit_test(rows, adapter.get_column_schema_from_query('select * from ' ~ this), this.identifier) -}}
{% endmacro %}

{% macro rows_of_unit_test(rows, columns, owner) %}
  {%- set empty = dict.fromkeys(columns | map(attribute='name')) -%}
  {%- set given = [] -%}
  {%- for row in rows -%}
    {%- for name in row if name not in empty -%}
      {%- do exceptions.raise_compiler_error('unit test: ' ~ owner ~ ' has no column ' ~ name) -%}
    {%- endfor -%}
    {%- do given.append(dict(empty, **row)) -%}
  {%- endfor -%}
select given.* from (
    select unnest(cast(
        {{ dbt.string_literal(dbt.escape_single_quotes(tojson(given))) }}::json
        as struct(
            {%- for column in columns %}{{ column.quoted }} {{ column.data_type }}{{ ', ' if not loop.last }}{% endfor -%}
        )[]
    )) as given
) as fixture
{%- endmacro %}

{#- dbt's way, but that the columns come from a look at the query, not from a table made for it. -#}
{% materialization unit, adapter='duckdb' %}
  {%- set expected_rows = config.get('expected_rows') -%}
  {%- set columns = [] -%}
  {%- for column in adapter.get_column_schema_from_query(sql) -%}
    {%- if not expected_rows or column.name in expected_rows[0] -%}{%- do columns.append(column) -%}{%- endif -%}
  {%- endfor -%}
  {%- set expected_sql = config.get('expected_sql') or rows_of_unit_test(expected_rows, columns, 'the tested model') -%}
  {% call statement('main', fetch_result=True) -%}
    {{ get_unit_test_sql(sql, expected_sql, columns | map(attribute='quoted') | list) }}
  {%- endcall %}
  {{ return({'relations': []}) }}
{% endmaterialization %}
