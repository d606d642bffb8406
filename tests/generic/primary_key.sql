{#-
  Fails where a part of the primary key, or another column that is always `filled`, is null, and where
  two rows share the key.

  Rows with the same key have the same hash, so only rows whose hash occurs more than once are grouped by the key
  itself: of a large table with long keys that is quicker, and needs less memory. With a condition (`where`) the model
  is a query, which is asked once, and so are touched rows. Of a view that shows more than a build of what changed has
  touched, `touched_by` says which rows are looked at then, by a unit and its column (`macros/slice.sql`).
-#}
{% test primary_key(model, columns, filled=[], touched_by=none) %}
{%- set rows = whole(model, only=touched_by) if touched_by else model %}
{%- set key_hash = 'hash(' ~ columns | join(', ') ~ ')' %}
select
    {{ columns | join(', ') }},
    count(*) as rows_with_key
from {{ rows }}
{%- if model is not string and not (touched_by and is_slice()) %}
where
    {{ key_hash }} in (
        select {{ key_hash }}
        from {{ rows }}
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
