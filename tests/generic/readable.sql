{#- Warns where staging could not read a value: it counts as unknown, its column and reason are in `unreadable_columns`. -#}
{% test readable(model) %}
{{ config(severity='warn') }}
select unreadable_columns
from {{ model }}
where unreadable_columns is not null
{% endtest %}
