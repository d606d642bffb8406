{#
  One row for each of `rows`, which give an expression for each column, made of the columns of a row of the table: an
  unpivot that reads the table once. Every row gives the same columns, of the same types.
#}
{% macro each_row(rows) -%}
    {{ return(adapter.dispatch('each_row')(rows)) }}
{%- endmacro %}

{% macro default__each_row(rows) -%}
unnest([
    {%- for row in rows %}
        {
        {%- for column, expression in row.items() %}'{{ column }}': {{ expression }}{{ ', ' if not loop.last }}{% endfor -%}
        }{{ ',' if not loop.last }}
    {%- endfor %}
    ], recursive := true)
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
