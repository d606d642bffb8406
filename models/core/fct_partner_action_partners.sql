-- An action may mobilise several partners. Spellings of a name that differ in case, accents, spaces or signs are one
-- partner, shown by the spelling that most actions have, the first in order among equals.
with mobilised as (
    select distinct
        action_key,
        {{ each_item('partners') }} as spelling
    from {{ whole(ref('fct_partner_actions')) }}
    where partners is not null
),

counted as (
    select
        spelling,
        count(*) as actions
    from mobilised
    group by spelling
),

-- a spelling is folded once, however many actions have it
keyed as (
    select
        spelling,
        actions,
        {{ folded('spelling') }} as partner_key
    from counted
),

partners as (
    select
        spelling,
        partner_key,
        first_value(spelling) over (partition by partner_key order by actions desc, spelling asc) as partner
    from keyed
    where partner_key != ''
)

select distinct
    mobilised.action_key,
    partners.partner_key,
    partners.partner
from mobilised
inner join partners on mobilised.spelling = partners.spelling
