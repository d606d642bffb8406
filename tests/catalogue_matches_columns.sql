-- The catalogue and the indicator columns agree: each entry has its column, each column its entry, and
-- the column is of the type that the entry's statistic is counted from.
with columns_there as (
    {%- set found = [] %}
    {%- for counted_as in ['people', 'worksites'] %}
    {%- for model in rule_models(counted_as) %}
    {%- for type in ['boolean', 'number'] %}
    {%- for column in indicator_columns(model, type) %}
    {%- do found.append((column, counted_as, type)) %}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    {%- for column, counted_as, type in found %}
    select
        '{{ column }}' as indicator_column,
        '{{ counted_as }}' as counted_as,
        '{{ type }}' as column_type
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

columns_wanted as (
    select
        indicator_column,
        statistic,
        counting_unit
    from {{ ref('dim_indicator_breakdowns') }}
    where indicator_column is not null
)

select
    columns_there.indicator_column as column_without_entry,
    columns_wanted.indicator_column as entry_without_column
from columns_there
full outer join columns_wanted on columns_there.indicator_column = columns_wanted.indicator_column
where
    (columns_there.indicator_column is null or columns_wanted.indicator_column is null)
    and {{ rows_are_loaded() }}
union all
select
    indicator_column as column_without_entry,
    null as entry_without_column
from columns_there
group by indicator_column
having count(*) > 1
union all
-- means and medians are summarised from numbers; people are counted from booleans, pathways never are
select
    columns_there.indicator_column as column_without_entry,
    columns_wanted.indicator_column as entry_without_column
from columns_there
inner join columns_wanted on columns_there.indicator_column = columns_wanted.indicator_column
where
    case
        when columns_wanted.statistic in ('mean', 'median')
            then columns_there.counted_as = 'people' and columns_there.column_type = 'number'
        when columns_there.counted_as = 'worksites' then true
        else columns_there.column_type = 'boolean' and columns_wanted.counting_unit = 'people'
    end = false
