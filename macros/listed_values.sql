{#-
  The breakdowns whose values are the codes of a reference list: that list is the only place that names
  them. `suffix` is the column that names the indicator columns, where it is not the code itself, and
  null where a breakdown has none.
-#}
{% macro listed_breakdowns() -%}
  {%- set housing = {'list': 'housing_groups', 'code': 'housing_group', 'order': 'level'} -%}
  {%- set exits = {'list': 'exit_categories', 'code': 'exit_category'} -%}
  {{- return({
    'nationality_group': {'list': 'nationalities', 'code': 'nationality', 'suffix': 'column_name'},
    'referrer': {'list': 'referrers', 'code': 'referrer'},
    'housing_group': housing,
    'housing_group_at_entry': housing,
    'housing_group_at_exit': housing,
    'difficulty': {'list': 'difficulties', 'code': 'difficulty'},
    'domain': {'list': 'domains', 'code': 'domain', 'suffix': none},
    'exit_category': dict(exits, of=['job_or_training', 'other']),
    'job_or_training_category': dict(exits, of=['job_or_training']),
    'other_exit_category': dict(exits, of=['other']),
    'population': {'list': 'populations', 'code': 'population', 'suffix': none},
  }) -}}
{%- endmacro %}

{#-
  The values of such a breakdown in their order, each with its `code`, its code as an SQL `literal` and its
  `suffix`. They are read from the list's file, so that a model has its columns before anything is built.
-#}
{% macro listed_values(breakdown) -%}
  {%- set source = listed_breakdowns()[breakdown] -%}
  {%- set found = [] -%}
  {%- if execute -%}
    {%- set file = 'seeds/reference/' ~ source.list ~ '.csv' -%}
    {%- set suffix = source.get('suffix') or source.code -%}
    {%- set rows = run_query(
      'select ' ~ text(source.code) ~ ' as code, min(' ~ text(suffix) ~ ') as suffix from ' ~ file_of_list(source.list)
      ~ (" where category_group in ('" ~ source.of | join("', '") ~ "')" if source.of)
      ~ ' group by code order by min(' ~ whole_number(source.order or 'sort_order') ~ '), code'
    ).rows -%}
    {%- for row in rows -%}
      {%- if not modules.re.fullmatch('[a-z0-9_]+', row['suffix'] or '') -%}
        {%- do exceptions.raise_compiler_error(
          file ~ ': ' ~ suffix ~ ': it names a column, so write it with the letters a to z, digits and _ alone'
        ) -%}
      {%- endif -%}
      {%- do found.append({
        'code': row['code'],
        'literal': dbt.string_literal(dbt.escape_single_quotes(row['code'])),
        'suffix': row['suffix'],
      }) -%}
    {%- endfor -%}
  {%- else -%}
    {#- a change of the list is one of the model -#}
    {%- do ref(source.list) -%}
  {%- endif -%}
  {{- return(found) -}}
{%- endmacro %}

{# Their codes alone, for lists whose codes are what columns are called by. #}
{% macro listed_codes(breakdown) -%}
  {{- return(listed_values(breakdown) | map(attribute='code') | list) -}}
{%- endmacro %}

{# A reference list, to select from. On Spark it is the loaded seed: nothing there reads files beside those. #}
{% macro file_of_list(list) -%}
    {{ return(adapter.dispatch('file_of_list')(list)) }}
{%- endmacro %}

{% macro default__file_of_list(list) -%}
  {%- set folder = run_query('select project_folder()').columns[0].values()[0] -%}
  {%- set path = dbt.string_literal(folder ~ '/seeds/reference/' ~ list ~ '.csv') -%}
  {{- return('read_csv(' ~ path ~ ", header = true, delim = ',', all_varchar = true)") -}}
{%- endmacro %}

{% macro spark__file_of_list(list) -%}
  {{- return(ref(list)) -}}
{%- endmacro %}
