-- Distinct people in the numerator and the denominator of every indicator column, by worksite.
{%- set counted = [] %}
{%- for model in rule_models('people') if not execute or indicator_columns(model, 'boolean') %}
{%- do counted.append('(' ~ count_people(model, place='worksite') ~ ')') %}
{%- endfor %}
{{ counted | join('\nunion all\n') }}
