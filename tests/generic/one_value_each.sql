{#-
  A breakdown's values share out its base: where a row is in the base of `indicator`, exactly one of
  its columns is true; outside, all are null.
-#}
{% test one_value_each(model, indicator) %}
{%- set columns = [] %}
{%- for column in indicator_columns(model, 'boolean') if column.startswith(indicator ~ '__') %}
{%- do columns.append(column) %}
{%- endfor %}
select count(*) as rows_out_of_step
from {{ model }}
where
    {%- for column in columns %}
    case when {{ column }} then 1 else 0 end {{ '+' if not loop.last }}
    {%- endfor %}
    != case when {{ columns[0] }} is null then 0 else 1 end
having count(*) > 0
{% endtest %}
