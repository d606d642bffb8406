{#-
  Tables on DuckDB: the old one goes and the new one comes in one transaction.

  dbt's own way builds beside the old table, renames both and drops, which on DuckDB gains nothing and
  costs as much as a small model does. Contracts, hooks and descriptions work as in dbt's.
-#}
{% materialization table, adapter='duckdb' %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks) }}
  {% call statement('main') -%}
    {% if existing %}drop {{ existing.type }} {{ existing }};{% endif %}
    {{ get_create_table_as_sql(False, target_relation, compiled_code) }}
  {%- endcall %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks) }}
  {{ adapter.commit() }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
