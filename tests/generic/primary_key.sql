{#-
  Fails where a part of the primary key, or another column that is always `filled`, is null, and where
  two rows share the key.

  Rows with the same key have the same hash, so only rows whose hash occurs more than once are grouped by the key
  itself: of a large table with long keys that is quicker, and needs less memory. With a condition (`where`) the model
  is a query, which is asked once.
-#}
{% test primary_key(model, columns, filled=[]) %}
{%- set key_hash = 'hash(' ~ columns | join(', ') ~ ')' %}
select
    {{ columns | join(', ') }},
    count(*) as rows_with_key
from {{ model }}
{%- if model is not string %}
where
    {{ key_hash }} in (
        select {{ key_hash }}
        from {{ model }}
        group by {{ key_hash }}
        having count(*) > 1
    )
    {%- for column in columns + filled %}
    or {{ column }} is null
    {%- endfor %}
{%- endif %}
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
