{#-
  What a line of a reference list says holds from a day to a day, so that the past stays as it was when
  the list changes. A line without `valid_from` holds since ever; one without `valid_to` holds until the
  next line of the same code begins, or for ever. `code` are the raw columns that lines are known by.
-#}
{% macro validity(code) -%}
{{ iso_date('valid_from') }} as valid_from,
    coalesce(
        {{ iso_date('valid_to') }}, cast({{ dbt.dateadd('day', -1, begin_of_next_line(code)) }} as date)
    ) as valid_to
{%- endmacro %}

{% macro begin_of_next_line(code) -%}
lead({{ iso_date('valid_from') }}) over (
            partition by {% for column in code %}{{ text(column) }}{{ ', ' if not loop.last }}{% endfor %}
            order by {{ iso_date('valid_from') }} nulls first
        )
{%- endmacro %}

{# Whether a line of a list holds on a day. #}
{% macro valid_on(list, day) -%}
coalesce({{ list }}.valid_from <= {{ day }}, true) and coalesce({{ day }} <= {{ list }}.valid_to, true)
{%- endmacro %}

{# Whether it is the last line of its code: what is said of it today. #}
{% macro is_latest_line(code) -%}
row_number() over (partition by {{ code }} order by valid_from desc nulls last) = 1
{%- endmacro %}
