{#-
  A row for a rule that some rows break, with their number and, where rows of a file are looked at, the
  first line. Tests of several rules are made of them; `cvg build` tells them, so a rule names columns
  as their reader knows them, and never shows a value of the data.
-#}
{% macro broken_rule(relation, rule, condition, line='null') -%}
select
    '{{ rule }}' as rule,
    count(*) as rows_against,
    min({{ line }}) as first_line
from {{ relation }}
where {{ condition }}
having count(*) > 0
{%- endmacro %}

{#-
  A row for each way in which rows of a file are wrong. `wrongs` are pairs of a condition and of what is
  wrong there, as SQL. All of them are looked for in one pass.
-#}
{% macro wrong_rows(file, wrongs) -%}
select
    '{{ file_name(file) }}: ' || wrong as rule,
    count(*) as rows_against,
    min(line_in_file) as first_line
from (
    select
        line_in_file,
        {{ each_item('all_wrongs') }} as wrong
    from (
        select
            line_in_file,
            concat_ws(';'
            {%- for condition, wrong in wrongs %}
                , case when {{ condition }} then {{ wrong }} end
            {%- endfor %}
            ) as all_wrongs
        from {{ file }}
    ) as looked_at
    where all_wrongs != ''
) as found
group by wrong
{%- endmacro %}

{#-
  What is wrong with values that are there and cannot be read: pairs for `wrong_rows`. Of a date or a
  number they show the form, digits as 9, where nothing but digits and signs stands in it.
-#}
{% macro unreadable_values(columns) -%}
  {%- set wrongs = [] -%}
  {%- for column in columns -%}
    {%- set raw = column.config.meta['raw'] -%}
    {%- set listed = column.config.meta.get('values') -%}
    {%- if listed or column.data_type != 'string' -%}
      {%- set wrong = "'" ~ raw ~ ': ' ~ why_unreadable('string' if listed else column.data_type) ~ "'" -%}
      {%- if column.data_type in ['date', 'int', 'double'] -%}
        {%- set wrong = wrong ~ ' || ' ~ as_in(form_of(raw)) -%}
      {%- endif -%}
      {%- do wrongs.append((text(raw) ~ ' is not null and ' ~ as_read(column) ~ ' is null', wrong)) -%}
    {%- endif -%}
  {%- endfor -%}
  {{- return(wrongs) -}}
{%- endmacro %}

{% macro as_in(form) -%}
coalesce(case {{ form }} when '9999-99-99' then ', there is no such day' else ', but like ' || {{ form }} end, '')
{%- endmacro %}

{# The columns of a model of staging that are read from its file, as its YAML describes them. #}
{% macro raw_columns_of(name) -%}
  {%- set found = [] -%}
  {%- if execute -%}
    {%- for column in graph.nodes['model.' ~ project_name ~ '.' ~ name].columns.values() -%}
      {%- do found.append(column) if column.config.meta.get('raw') -%}
    {%- endfor -%}
  {%- endif -%}
  {{- return(found) -}}
{%- endmacro %}
