{#-
  Fails where a part of the primary key, or another column that is always `filled`, is null, and where
  two rows share the key.

  Only rows that share a hash are grouped by the key itself (`macros/keys.sql`). With a condition (`where`) the model
  is a query, which is asked once, and so are touched rows. Of a view that shows more than a build of what changed has
  touched, `touched_by` says which rows are looked at then, by a unit and its column (`macros/slice.sql`).
-#}
{% test primary_key(model, columns, filled=[], touched_by=none) %}
{%- set rows = whole(model, only=touched_by) if touched_by else model %}
select
    {{ columns | join(', ') }},
    count(*) as rows_with_key
from {{ rows }}
{%- if model is not string and not (touched_by and is_slice()) %}
where
    {{ shares_hash(rows, columns) }}
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
