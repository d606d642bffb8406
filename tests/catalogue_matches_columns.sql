-- The catalogue and the indicator columns agree: each entry has its column, each column its entry.
with columns_there as (
    {%- for model in people_models() + [ref('ind_worksites')] %}
    {%- set outer_loop = loop %}
    {%- for column in indicator_columns(model) %}
    select '{{ column }}' as indicator_column
    {{ 'union all' if not (loop.last and outer_loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

columns_wanted as (
    select indicator_column
    from {{ ref('dim_indicator_breakdowns') }}
    where indicator_column is not null
)

select
    columns_there.indicator_column as column_without_entry,
    columns_wanted.indicator_column as entry_without_column
from columns_there
full outer join columns_wanted on columns_there.indicator_column = columns_wanted.indicator_column
where columns_there.indicator_column is null or columns_wanted.indicator_column is null
union all
select
    indicator_column as column_without_entry,
    null as entry_without_column
from columns_there
group by indicator_column
having count(*) > 1
