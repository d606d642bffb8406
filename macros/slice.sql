{#-
  A build of what changed (`cvg build --incremental`) makes the same models in a file of its own, the slice, whose exports
  hold the rows that are touched alone. The warehouse before is attached as `built_before`, and tells of all others.

  A model whose rows can be made of the touched ones alone says so in its YAML, with the unit and the column that holds
  its key: `meta: {sliced_by: {pathway: pathway_key}}`. Those that are not sliced read such a model by `whole`.
  `src/cvg_warehouse/building/changes.py` says which keys are touched, and `slice.py` beside it takes the slice into the
  warehouse.
-#}
{# A condition: this is a build of what changed. #}
{% macro is_slice() -%}
  {{- return(execute and env_var('CVG_BUILT_BEFORE', '') != '') -}}
{%- endmacro %}

{#
  All rows of a sliced model: those of the warehouse before that are not touched, and those of the slice that are. With
  `only`, a unit and its column, those of these that are touched by it.
#}
{% macro whole(relation, only=none) -%}
  {%- if not is_slice() or not (sliced_by(relation) or only) -%}
    {{- return(relation) -}}
  {%- endif -%}
  {%- set query = 'select * from ' ~ (rows_of_both(relation) if sliced_by(relation) else relation) -%}
  {%- if only -%}
    {%- set query = query ~ ' where ' ~ is_touched(only) -%}
  {%- endif -%}
  {{- return(relation.incorporate(external='(' ~ query ~ ')')) -}}
{%- endmacro %}

{% macro rows_of_both(relation) -%}
  {%- set touched = is_touched(sliced_by(relation)) -%}
  {%- set query = 'select * from ' ~ before(relation) ~ ' where not ' ~ touched
    ~ ' union all select * from ' ~ relation ~ ' where ' ~ touched -%}
  {{- return('(' ~ query ~ ')') -}}
{%- endmacro %}

{# The touched rows of a sliced model, as the warehouse before has them. #}
{% macro as_before(relation) -%}
  {%- if not sliced_by(relation) -%}
    {{- return(before(relation)) -}}
  {%- endif -%}
  {%- set query = 'select * from ' ~ before(relation) ~ ' where ' ~ is_touched(sliced_by(relation)) -%}
  {{- return(relation.incorporate(external='(' ~ query ~ ')')) -}}
{%- endmacro %}

{#
  For sums that a row adds to and takes from: the rows as they are and, in a build of what changed, the touched ones as
  they were, to be taken from the sums before. `rows` gives those of a model; one that is not sliced is touched as a whole.
  With `kept` it names what `kept_before` has made of the model: for who reads a model several times.
#}
{% macro states(kept=false) -%}
  {%- set found = [{'name': 'now', 'sign': '', 'rows': as_it_is}] -%}
  {%- if is_slice() -%}
    {%- do found.append({'name': 'before', 'sign': '-', 'rows': as_kept if kept else as_before}) -%}
  {%- endif -%}
  {{- return(found) -}}
{%- endmacro %}

{# CTEs: the touched rows of models as they were, each read once, since they are few of many. #}
{% macro kept_before(relations) -%}
  {%- set kept = [] -%}
  {%- for relation in relations -%}
    {%- do kept.append(as_kept(relation) ~ ' as (select * from ' ~ as_before(relation) ~ ')') -%}
  {%- endfor -%}
  {{- return(kept | join(',\n')) -}}
{%- endmacro %}

{# CTEs: the touched rows of models as they are and as they were, with their `sign`, each read once. #}
{% macro kept_signed(relations) -%}
  {%- set kept = [] -%}
  {%- for relation in relations -%}
    {%- do kept.append(
      signed_name(relation) ~ ' as (select *, 1 as sign from ' ~ relation
      ~ ' union all select *, -1 as sign from ' ~ as_before(relation) ~ ')'
    ) -%}
  {%- endfor -%}
  {{- return(kept | join(',\n')) -}}
{%- endmacro %}

{% macro signed_name(relation) -%}
  {{- return(relation.identifier ~ '_signed') -}}
{%- endmacro %}

{% macro as_kept(relation) -%}
  {{- return(relation.identifier ~ '_before') -}}
{%- endmacro %}

{#
  CTEs, each with a comma behind: in a build of what changed the rows of models that are touched by a unit, by `whole`,
  each read once, for who reads them several times. `touched_of` names them, and is the model itself in other builds.
#}
{% macro kept_touched(relations, only) -%}
  {%- if is_slice() -%}
  {%- for relation in relations %}
{{ touched_of(relation) }} as (select * from {{ whole(relation, only=only) }}),
  {%- endfor %}
  {%- endif -%}
{%- endmacro %}

{% macro touched_of(relation) -%}
  {{- return(relation.identifier ~ '_touched' if is_slice() else relation) -}}
{%- endmacro %}

{% macro as_it_is(relation) -%}
  {{- return(relation) -}}
{%- endmacro %}

{# The table of the warehouse before. #}
{% macro before(relation) -%}
  {{- return(relation.incorporate(path={'database': 'built_before'})) -}}
{%- endmacro %}

{# How a model is sliced: a unit and its column; none where it is not. #}
{% macro sliced_by(relation) -%}
  {{- return(graph.nodes['model.' ~ project_name ~ '.' ~ relation.identifier].config.meta.get('sliced_by')) -}}
{%- endmacro %}

{# Whether a row is of the touched ones. A row without a key is, always. #}
{% macro is_touched(unit_and_column) -%}
  {%- for unit, column in unit_and_column.items() -%}
    {{- return("coalesce(" ~ column ~ ", '') in (select touched.key from touched where touched.unit = '" ~ unit ~ "')") -}}
  {%- endfor -%}
{%- endmacro %}

{# Which models of the project are sliced, for who takes the slice into the warehouse. #}
{% macro note_slices() -%}
{%- if is_slice() -%}
create table sliced (model text, is_touched text);
  {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.config.meta.get('sliced_by') %}
insert into sliced values ('{{ node.name }}', {{ dbt.string_literal(dbt.escape_single_quotes(is_touched(node.config.meta['sliced_by']))) }});
  {%- endfor %}
{%- endif -%}
{%- endmacro %}
