{#-
  Fails where a part of the primary key, or another column that is always `filled`, is null, and where
  two rows share the key.
-#}
{% test primary_key(model, columns, filled=[]) %}
select
    {{ columns | join(', ') }},
    count(*) as rows_with_key
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}
    {%- for column in filled %}
    or count({{ column }}) < count(*)
    {%- endfor %}
{% endtest %}
