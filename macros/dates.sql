{# Days of a year given as an integer column; null where it is null, which `concat` would pass over. #}
{% macro first_day(year) -%}
cast(cast({{ year }} as string) || '-01-01' as date)
{%- endmacro %}

{% macro last_day(year) -%}
cast(cast({{ year }} as string) || '-12-31' as date)
{%- endmacro %}

{# The day a number of calendar months after another. #}
{% macro months_after(day, months) -%}
cast({{ dbt.dateadd('month', months, day) }} as date)
{%- endmacro %}

{% macro last_day_of_june(year) -%}
cast(cast({{ year }} as string) || '-06-30' as date)
{%- endmacro %}

{# Months between two days: days / 30.4375. #}
{% macro months_between(first_day, last_day) -%}
{{ dbt.datediff(first_day, last_day, 'day') }} / 30.4375e0
{%- endmacro %}
