{#-
  The lines of the half-yearly form that rows can say: `line_id`, `population`, `question`, the `answers` that count in
  it, `base` and `unknown`: places in this list of the line that its share is of and of the one for answers not known.
-#}
{% macro dialogue_lines() -%}
  {%- set lines = [] -%}
  {%- if execute -%}
    {%- set found = run_query(
      'select line_id, population, question, answers, base_line from ' ~ ref('stg_reference__dialogue_lines')
      ~ ' where question is not null order by sort_order, line_id'
    ).rows -%}
    {%- set places = {} -%}
    {%- for row in found -%}
      {%- do places.update({row['line_id']: loop.index}) -%}
      {%- set answers = (row['answers'] or '').split(';') | map('trim') | select | list -%}
      {%- if 'inconnu' in answers -%}
        {%- do places.update({(row['population'], row['question']): loop.index}) -%}
      {%- endif -%}
      {%- do lines.append({
        'place': loop.index, 'line_id': row['line_id'], 'population': row['population'], 'question': row['question'],
        'base_line': row['base_line'], 'answers': answers,
      }) -%}
    {%- endfor -%}
    {%- for line in lines -%}
      {%- do line.update({
        'base': places.get(line.base_line), 'unknown': places.get((line.population, line.question)),
      }) -%}
    {%- endfor -%}
  {%- else -%}
    {%- do ref('stg_reference__dialogue_lines') -%}
  {%- endif -%}
  {{- return(lines) -}}
{%- endmacro %}

{# Whether a row of a rule model counts in a line. An answer that is not known is the answer `inconnu`. #}
{% macro counts_in(line) -%}
population = '{{ line.population }}' and coalesce(cast({{ line.question }} as string), 'inconnu') in (
            {%- for answer in line.answers -%}
            {{ dbt.string_literal(dbt.escape_single_quotes(answer)) }}{{ ', ' if not loop.last }}
            {%- endfor -%}
        )
{%- endmacro %}

{# The lines that a rule model answers: the last word of its name is the last one of their populations. #}
{% macro lines_of(relation, lines) -%}
  {%- set found = [] -%}
  {%- for line in lines if line.population.split('_') | last == relation.identifier.split('_') | last -%}
    {%- do found.append(line) -%}
  {%- endfor -%}
  {{- return(found) -}}
{%- endmacro %}

{#-
  Distinct people of a rule model in each line of the form, `number_1` and so on, by worksite and period. As in
  `count_people`, only people with several rows are collapsed first.
-#}
{% macro count_lines(relation, lines) -%}
with {{ split_repeated(relation, ['period_id', 'population', 'person_key']) }},

people as (
    select
        worksite_id,
        period_id
        {%- for line in lines %},
        {{ counts_in(line) }} as is_in_{{ line.place }}
        {%- endfor %}
    from once
    union all
    select
        worksite_id,
        period_id
        {%- for line in lines %},
        bool_or({{ counts_in(line) }}) as is_in_{{ line.place }}
        {%- endfor %}
    from several
    group by worksite_id, period_id, population, person_key
)

select
    worksite_id,
    period_id
    {%- for line in lines %},
    count(case when is_in_{{ line.place }} then 1 end) as number_{{ line.place }}
    {%- endfor %}
from people
where worksite_id is not null
group by worksite_id, period_id
{%- endmacro %}

{# The number of people in a line, 0 where the worksite has nobody who could be in it. #}
{% macro number_in(place) -%}
{{ 'coalesce(cast(number_' ~ place ~ ' as double), 0)' if place else 'cast(null as double)' }}
{%- endmacro %}
