{# The columns of an export that checks look at: all that are read from the file, less where a row came from. #}
{% macro checked_columns(relation) -%}
  {%- set found = [] -%}
  {%- for column in raw_columns_of(relation.identifier) if not column.name.startswith('source_') -%}
    {%- do found.append(column) -%}
  {%- endfor -%}
  {{- return(found) -}}
{%- endmacro %}

{#-
  What of a value may be compared and shown: the value of a closed list or a number, the month of a date.
  Of identifiers and free texts no more than that there is one.
-#}
{% macro shown_value(column) -%}
  {%- if column.config.meta.get('free') or column.config.meta.privacy == 'direct' or column.name in ['territory_id', 'worksite_id', 'reporting_year'] -%}
case when {{ column.name }} is not null then 'known' end
  {%- elif column.data_type == 'date' -%}
cast(extract(month from {{ column.name }}) as string)
  {%- else -%}
cast({{ column.name }} as string)
  {%- endif -%}
{%- endmacro %}
