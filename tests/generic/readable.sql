{#- Warns of values that may be empty and cannot be read: they count as unknown. One row per column and form. -#}
{% test readable(model, export) %}
{{ config(severity='warn', fail_calc='coalesce(sum(rows_against), 0)') }}
{{ wrong_rows(exported(export), unreadable_values(raw_columns_of(model.identifier) | selectattr('config.meta.required', 'undefined') | list)) }}
{% endtest %}
