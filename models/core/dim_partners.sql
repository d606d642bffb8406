-- Spellings of a name that differ in case, accents, spaces or signs are one partner, shown by the spelling that most
-- actions have, the first in order among equals. A build of what changed takes the touched actions as they were from
-- the numbers before, and adds them as they are.
with counted as (
    select
        spelling,
        cast(sum(actions) as bigint) as actions
    from (
        {%- if is_slice() %}
        select
            spelling,
            actions
        from {{ before(this) }}
        union all
        {%- endif %}
        {%- for state in states() %}
        select
            spelling,
            {{ state.sign }}count(*) as actions
        from ({{ partners_by_action(state.rows(ref('fct_partner_actions'))) }}) as mobilised_{{ state.name }}
        group by spelling
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as spelled
    group by spelling
    having sum(actions) > 0
),

-- a spelling is folded once, however many actions have it
keyed as (
    select
        spelling,
        actions,
        {{ folded('spelling') }} as partner_key
    from counted
)

select
    spelling,
    partner_key,
    first_value(spelling) over (partition by partner_key order by actions desc, spelling asc) as partner,
    actions
from keyed
where partner_key != ''
