{#
  One row for each of `rows`, which give an expression for each column, made of the columns of a row of the table: an
  unpivot that reads the table once. Every row gives the same columns, of the same types.
#}
{% macro each_row(rows) -%}
    {{ return(adapter.dispatch('each_row')(rows)) }}
{%- endmacro %}

{% macro default__each_row(rows) -%}
{#- lists of one length are unnested side by side -#}
{%- for column in (rows | first or {}) %}
unnest([
    {%- for row in rows %}{{ row[column] }}{{ ', ' if not loop.last }}{% endfor -%}
    ]) as {{ column }}{{ ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}

{% macro spark__each_row(rows) -%}
inline(array(
    {%- for row in rows %}
        named_struct(
        {%- for column, expression in row.items() %}'{{ column }}', {{ expression }}{{ ', ' if not loop.last }}{% endfor -%}
        ){{ ',' if not loop.last }}
    {%- endfor %}
    ))
{%- endmacro %}
