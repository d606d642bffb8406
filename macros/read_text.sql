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

{# An integer, or null where the text is not one. #}
{% macro whole_number(column) -%}
try_cast({{ text(column) }} as int)
{%- endmacro %}

{# A date written YYYY-MM-DD, or null where the text is not one. #}
{% macro iso_date(column) -%}
case when trim({{ column }}) like '____-__-__' then try_cast({{ text(column) }} as date) end
{%- endmacro %}

{#-
  Names of the raw columns whose text could not be read, with the reason and never the value, e.g.
  `date_entree: not a date`. Null where all of the row could be read. Which raw column feeds which
  column stands in the model's YAML (`meta: {raw: date_entree}`).
-#}
{% macro unreadable_columns() -%}
{%- set reasons = {'date': 'not a date', 'int': 'not a whole number', 'boolean': 'neither oui nor non', 'string': 'not in the closed list'} -%}
nullif(concat_ws('; '
{%- for column in model.columns.values() if column.config.meta.get('raw') %}
    , case when {{ text(column.config.meta['raw']) }} is not null and {{ column.name }} is null then '{{ column.config.meta["raw"] }}: {{ reasons[column.data_type] }}' end
{%- endfor %}
), '')
{%- endmacro %}
