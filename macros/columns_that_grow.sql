{#-
  A contract with columns for each value of a list. Its YAML describes them once, with `{}` in the place
  of the value's suffix and the breakdown in `meta: {each: referrer}`; what is enforced is one column for
  each value. dbt asks this macro of each adapter before it makes a table with a contract.
-#}
{% macro duckdb__get_assert_columns_equivalent(sql) -%}
  {{- return(columns_as_grown(sql)) -}}
{%- endmacro %}

{% macro spark__get_assert_columns_equivalent(sql) -%}
  {{- return(columns_as_grown(sql)) -}}
{%- endmacro %}

{% macro columns_as_grown(sql) -%}
  {%- set columns = {} -%}
  {%- for name, column in model.columns.items() -%}
    {%- set breakdown = column.config.meta.get('each') -%}
    {%- if breakdown -%}
      {%- for value in listed_values(breakdown) -%}
        {%- set grown = name.replace('{}', value.suffix) -%}
        {%- do columns.update({grown: dict(column, name=grown)}) -%}
      {%- endfor -%}
    {%- else -%}
      {%- do columns.update({name: column}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do model.update({'columns': columns}) -%}
  {{- return(default__get_assert_columns_equivalent(sql)) -}}
{%- endmacro %}
