{# Reading raw text columns in staging: trimmed, closed lists, three-state booleans, never a guess. #}

{# Text without the blanks around it; null where nothing is left. #}
{% macro text(column) -%}
nullif(trim({{ column }}), '')
{%- endmacro %}

{# oui = true, non = false, anything else null. #}
{% macro yes_no(column) -%}
case trim({{ column }}) when 'oui' then true when 'non' then false end
{%- endmacro %}

{# The value where it is one of the closed list, else null. #}
{% macro one_of(column, allowed) -%}
case when trim({{ column }}) in ('{{ allowed | join("', '") }}') then trim({{ column }}) end
{%- endmacro %}

{# An integer written in digits, or null where the text is not one: a cast alone rounds 12.7 to 13 and reads 0x1F and 1e3. #}
{% macro whole_number(column) -%}
case when translate(trim({{ column }}), '0123456789', '') in ('', '-') then try_cast({{ text(column) }} as int) end
{%- endmacro %}

{# A date written YYYY-MM-DD, or null where the text is not one. #}
{% macro iso_date(column) -%}
case when trim({{ column }}) like '____-__-__' then try_cast({{ text(column) }} as date) end
{%- endmacro %}

{#-
  The columns that a staging model reads from a raw one, as its YAML says (`meta: {raw: date_entree}`).
  dbt does not show a model's YAML to its unit tests: they override this macro.
-#}
{% macro columns_read() -%}
  {%- set found = [] -%}
  {%- for column in model.columns.values() if column.config.meta.get('raw') -%}
    {%- do found.append({'raw': column.config.meta['raw'], 'name': column.name, 'data_type': column.data_type}) -%}
  {%- endfor -%}
  {{- return(found) -}}
{%- endmacro %}

{# What is wrong with a text that cannot be read as a type. #}
{% macro why_unreadable(data_type) -%}
  {{- return({
    'date': 'not a date YYYY-MM-DD',
    'int': 'not a whole number',
    'double': 'not a number',
    'boolean': 'neither oui nor non',
    'string': 'not in the closed list',
  }[data_type]) -}}
{%- endmacro %}

{#-
  Names of the raw columns whose text could not be read, with the reason and never the value, e.g.
  `date_entree: not a date YYYY-MM-DD`. Null where all of the row could be read.
-#}
{% macro unreadable_columns() -%}
nullif(concat_ws('; '
{%- for column in columns_read() %}
    , case when {{ text(column.raw) }} is not null and {{ column.name }} is null then '{{ column.raw }}: {{ why_unreadable(column.data_type) }}' end
{%- endfor %}
), '')
{%- endmacro %}

{# A raw column read as a column of staging, described in its YAML, has to be. #}
{% macro as_read(column) -%}
  {%- set raw = column.config.meta['raw'] -%}
  {%- if column.config.meta.get('values') -%}
    {{- return(one_of(raw, column.config.meta['values'])) -}}
  {%- endif -%}
  {{- return({
    'date': iso_date(raw),
    'int': whole_number(raw),
    'double': 'try_cast(' ~ text(raw) ~ ' as double)',
    'boolean': yes_no(raw),
    'string': text(raw),
  }[column.data_type]) -}}
{%- endmacro %}

{# The form of a text of digits and signs, e.g. 99/99/9999; null where something else stands in it. #}
{% macro form_of(column) -%}
case when translate(trim({{ column }}), '0123456789 -+/.,:', '') = '' then translate(trim({{ column }}), '0123456789', '9999999999') end
{%- endmacro %}

{# What a code looks like: capitals as A, digits as 9. #}
{% macro shape_of_code(column) -%}
translate({{ column }}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', '{{ 'A' * 26 }}{{ '9' * 10 }}')
{%- endmacro %}
