{#-
  What the file of a staging model must satisfy, as the model's YAML describes its columns: no key occurs
  twice, `required` columns are filled, values can be read, those of `relationships` are found where they
  refer to. One row per broken rule, with the column as the file names it.

  `file` is a seed; `export` names one of the exports, which need be none.

  `lenient`: only required values must be readable; others count as unknown, and `readable` warns of them.
-#}
{% test delivery_rules(model, key, file=none, export='', relationships=[], lenient=false) %}
{{ config(fail_calc='coalesce(sum(rows_against), 0)') }}
{%- set file = exported(export) if export else file %}
{%- set columns = raw_columns_of(model.identifier) %}
{%- set required = columns | selectattr('config.meta.required', 'defined') | list %}
{%- set wrongs = unreadable_values(required if lenient else columns) %}
{%- for column in required %}
{%- set raw = column.config.meta['raw'] %}
{%- do wrongs.append((text(raw) ~ ' is null', "'" ~ raw ~ ": is empty'")) %}
{%- endfor %}
{%- for relationship in relationships %}
{%- for column in columns if column.name == relationship.column %}
{%- set raw = column.config.meta['raw'] %}
{%- set list = '(select ' ~ relationship.field ~ ' from ' ~ relationship.to ~ ' where ' ~ relationship.field ~ ' is not null)' %}
{%- do wrongs.append((
    text(raw) ~ ' not in ' ~ list,
    "'" ~ raw ~ ': not in ' ~ relationship.to.identifier.split('__') | last ~ ".csv'"
)) %}
{%- endfor %}
{%- endfor %}
{{ wrong_rows(file, wrongs) }}
union all
{%- set keys = columns | selectattr('name', 'in', key) | list %}
{%- set key_as_read = [] %}
{%- for column in keys %}
{%- do key_as_read.append(as_read(column)) %}
{%- endfor %}
select
    '{{ file_name(file) }}: {{ keys | map(attribute="config.meta.raw") | join(", ") }}: occurs more than once' as rule,
    count(*) as rows_against,
    min(line_of_last) as first_line
from (
    select max(line_in_file) as line_of_last
    from {{ file }}
    where
        {{ shares_hash(file, key_as_read) }}
    {%- for column in keys | selectattr('config.meta.required', 'defined') %}
        and {{ as_read(column) }} is not null
    {%- endfor %}
    group by {{ key_as_read | join(', ') }}
    having count(*) > 1
) as doubles
having count(*) > 0
{% endtest %}
