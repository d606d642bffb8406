{#-
  Names of the indicator columns of a rule model, i.e. those with a double underscore: the boolean
  ones (`type='boolean'`), the measured ones (`type='number'`) or both. Read from the built model,
  so that a new indicator is in no list kept by hand.
-#}
{% macro indicator_columns(relation, type=none) -%}
  {%- set names = [] -%}
  {%- if execute -%}
    {%- for column in adapter.get_columns_in_relation(relation) if '__' in column.name -%}
      {%- if not type or (column.dtype | lower == 'boolean') == (type == 'boolean') -%}
        {%- do names.append(column.name) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endif -%}
  {{- return(names) -}}
{%- endmacro %}

{# Names of the question columns of a rule model of the half-yearly form: all that are no key, nor averaged. #}
{% macro question_columns(relation) -%}
  {%- set names = [] -%}
  {%- if execute -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
      {%- if column.name not in ['pathway_key', 'period_id', 'person_key', 'worksite_id', 'population', 'duration_months'] -%}
        {%- do names.append(column.name) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endif -%}
  {{- return(names) -}}
{%- endmacro %}

{#-
  The rule models (folder models/rules) that are counted in one way:

  - `people`: boolean columns as distinct people, numeric ones as means and medians (agg_people, agg_measures);
  - `worksites`: boolean columns as worksites or territories, numeric ones as sums of people (agg_worksites);
  - `rows`: one row per indicator and counted thing, no columns (agg_partners);
  - `dialogue`: the questions of the half-yearly form, by worksite and period (mart_dialogue).

  dbt must know these names before it has read the project, so they stand here; a model of the folder
  that is not among them stops the build.
-#}
{% macro rule_models(counted_as) -%}
  {%- set models = {
    'people': [
      'ind_headcount', 'ind_public', 'ind_barriers_at_entry', 'ind_barriers_at_exit', 'ind_support',
      'ind_pathways', 'ind_exits', 'ind_housing', 'ind_health', 'ind_post_exit',
    ],
    'worksites': ['ind_worksites', 'ind_territories'],
    'rows': ['ind_partners', 'ind_sessions'],
    'dialogue': ['ind_dialogue_supported', 'ind_dialogue_exits'],
  } -%}
  {%- if execute -%}
    {%- set counted = models.values() | sum(start=[]) -%}
    {#- dbt shows no graph to unit tests -#}
    {%- for node in graph.get('nodes', {}).values() if node.resource_type == 'model' and node.fqn[1] == 'rules' -%}
      {%- if node.name not in counted -%}
        {%- do exceptions.raise_compiler_error(
          node.name ~ ' is counted nowhere; add its name to rule_models in macros/indicator_columns.sql'
        ) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endif -%}
  {%- set found = [] -%}
  {%- for name in models[counted_as] -%}
    {%- do found.append(ref(name)) -%}
  {%- endfor -%}
  {{- return(found) -}}
{%- endmacro %}

{#-
  Which rule model holds each indicator: rows of `indicator_id, rule_model`. Columns tell it by their
  names; models that are counted by rows name their indicators in their SQL.
-#}
{% macro indicators_of_rule_models() -%}
  {%- set found = {} -%}
  {%- for model in rule_models('people') + rule_models('worksites') -%}
    {%- for column in indicator_columns(model) -%}
      {%- do found.update({column.split('__')[:2] | join('.'): model.identifier}) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- for model in rule_models('rows') if execute -%}
    {%- set sql = graph.nodes['model.' ~ project_name ~ '.' ~ model.identifier].raw_code -%}
    {%- for indicator_id in modules.re.findall("'(\w+\.\w+)' as indicator_id", sql) -%}
      {%- do found.update({indicator_id: model.identifier}) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- for indicator_id, rule_model in found.items() %}
    select
        '{{ indicator_id }}' as indicator_id,
        '{{ rule_model }}' as rule_model
    {{ 'union all' if not loop.last }}
  {%- else %}
    select
        null as indicator_id,
        null as rule_model
  {%- endfor %}
{%- endmacro %}
