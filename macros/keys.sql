{#
  A condition for the rows of a relation that may share a key: those whose hash occurs more than once. They are few, so
  of a large table with long keys it is quicker to compare these alone by the key itself, and needs less memory.
#}
{% macro shares_hash(rows, key) -%}
{%- set key_hash = 'hash(' ~ key | join(', ') ~ ')' -%}
{{ key_hash }} in (
        select {{ key_hash }}
        from {{ rows }}
        group by {{ key_hash }}
        having count(*) > 1
    )
{%- endmacro %}
