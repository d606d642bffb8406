-- The values of every closed breakdown: those that a reference list holds, as it names them today, and those that no
-- list but breakdown_values does.
{%- for breakdown, source in listed_breakdowns().items() %}
select
    '{{ breakdown }}' as breakdown,
    {{ source.code }} as value,
    {{ source.get('suffix', source.code) or 'cast(null as string)' }} as column_suffix,
    label_fr,
    label_en,
    {{ 'housing_level + 1' if source.order else 'sort_order' }} as sort_order
from {{ ref('stg_reference__' ~ source.list) }}
{%- if source.of %}
where category_group in ('{{ source.of | join("', '") }}')
{%- endif %}
{%- if source.list in ['nationalities', 'referrers', 'domains'] %}
qualify {{ is_latest_line(source.code) }}
{%- endif %}
union all
{%- endfor %}
select
    breakdown,
    value,
    column_suffix,
    label_fr,
    label_en,
    sort_order
from {{ ref('stg_reference__breakdown_values') }}
