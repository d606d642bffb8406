{#-
  One of the five exports, for staging and for tests of what was delivered. It decides where it comes from, by the
  environment variable CVG_EXPORTS_FORMAT:

  - `seeds`: the seed, which dbt loads from CSV (`macros/seed_from_file.sql`);
  - `parquet` or `csv`: the file itself, an external source that no table is loaded from, for exports that are large.

  Both have the same columns, all of them text, and `line_in_file`. Of a file, columns that it lacks are null, and those
  that nobody reads are left out. What a file must be like, `check_exports` has looked at before.
-#}
{% macro exported(name) -%}
  {%- set rows = adapter.dispatch('exported')(name) -%}
  {%- if not is_slice() -%}
    {{- return(rows) -}}
  {%- elif exports_format() == 'seeds' -%}
    {{- return(touched_rows(name, rows)) -}}
  {%- endif -%}
  {{- return(rows.incorporate(external='touched_' ~ name)) -}}
{%- endmacro %}

{# In a build of what changed, the touched rows of exports that are no seeds, as tables: each file is read once. #}
{% macro read_touched() -%}
{%- if is_slice() and exports_format() != 'seeds' -%}
  {%- for source in graph.sources.values() if source.source_name == 'exports' %}
create table touched_{{ source.name }} as select * from {{ touched_rows(source.name, duckdb__exported(source.name)) }};
  {%- endfor %}
{%- endif -%}
{%- endmacro %}

{# In a build of what changed: the rows of an export that are touched, by the raw column of the key of its staging model. #}
{% macro touched_rows(name, rows) -%}
  {%- set staged = graph.nodes['model.' ~ project_name ~ '.stg_exports__' ~ name] -%}
  {%- for unit, key in staged.config.meta.get('sliced_by', {}).items() -%}
    {%- set condition = is_touched({unit: text(staged.columns[key].config.meta['raw'])}) -%}
    {{- return(rows.incorporate(external='(select * from ' ~ rows ~ ' where ' ~ condition ~ ')')) -}}
  {%- endfor -%}
  {{- return(rows) -}}
{%- endmacro %}

{% macro duckdb__exported(name) -%}
  {%- if exports_format() == 'seeds' -%}
    {{- return(ref(name)) -}}
  {%- endif -%}
  {%- set file = source('exports', name) -%}
  {%- if not execute -%}
    {{- return(file) -}}
  {%- endif -%}
  {%- if exports_format() == 'parquet' -%}
    {%- set reader, line = 'read_parquet(' ~ file ~ ', file_row_number = true)', 'file_row_number + 2' -%}
  {%- else -%}
    {%- set reader, line = read_csv_as_text(file), 'row_number() over () + 1' -%}
  {%- endif -%}
  {%- set query = rows_of_file(name, reader, columns_in(reader), line) -%}
  {{- return(file.incorporate(external='(' ~ query ~ ')')) -}}
{%- endmacro %}

{# Spark itself reads CSV, so there it is a seed however large. A Parquet file is a temporary view of the session. #}
{% macro spark__exported(name) -%}
  {%- if exports_format() == 'seeds' -%}
    {{- return(ref(name)) -}}
  {%- elif exports_format() != 'parquet' -%}
    {%- do exceptions.raise_compiler_error('CVG_EXPORTS_FORMAT=' ~ exports_format() ~ ': is for DuckDB; on Spark unset it, or name parquet') -%}
  {%- endif -%}
  {%- if execute -%}
    {%- set reader = 'parquet.`' ~ env_var('CVG_EXPORTS', 'seeds/exports') ~ '/' ~ name ~ '.parquet`' -%}
    {%- set found = run_query('describe query select * from ' ~ reader).columns[0].values() | list -%}
    {%- set query = rows_of_file(name, reader, found, '_metadata.row_index + 2') -%}
    {%- do run_query('create or replace temporary view ' ~ name ~ ' as ' ~ query) -%}
  {%- endif -%}
  {{- return(source('exports', name).include(schema=false)) -}}
{%- endmacro %}

{# The rows of an export's file, of which a reader finds these columns; `line` numbers them. #}
{% macro rows_of_file(name, reader, found, line) -%}
  {%- set selected = [line ~ ' as line_in_file'] -%}
  {%- for column in raw_columns_of('stg_exports__' ~ name) -%}
    {%- set raw = column.config.meta['raw'] -%}
    {%- do selected.append('cast(' ~ (raw if raw in found else 'null') ~ ' as string) as ' ~ raw) -%}
  {%- endfor -%}
  {{- return('select ' ~ selected | join(', ') ~ ' from ' ~ reader) -}}
{%- endmacro %}

{# How the exports are read: seeds, csv or parquet. `cvg build` sees it from their folder; plain dbt is told. #}
{% macro exports_format() -%}
  {{- return(env_var('CVG_EXPORTS_FORMAT', 'seeds')) -}}
{%- endmacro %}

{# The name of the file that rows come from, as messages tell it. #}
{% macro file_name(file) -%}
{%- set is_export = 'model.' ~ project_name ~ '.stg_exports__' ~ file.identifier in graph.nodes -%}
{{ file.identifier }}.{{ 'parquet' if is_export and exports_format() == 'parquet' else 'csv' }}
{%- endmacro %}

{# How DuckDB reads a CSV file, by its header and as text; `path` is a literal, `more` are further options. #}
{% macro read_csv_as_text(path, more='') -%}
read_csv({{ path }}, header = true, delim = ',', quote = '"', escape = '"', all_varchar = true{{ more }})
{%- endmacro %}

{# The names of the columns that a reader of DuckDB finds. #}
{% macro columns_in(reader) -%}
  {{- return(run_query('select column_name from (describe select * from ' ~ reader ~ ')').columns[0].values() | list) -}}
{%- endmacro %}
