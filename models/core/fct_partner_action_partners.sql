-- An action may mobilise several partners. Spellings of a name that differ in case, accents, spaces or signs are one
-- partner, shown by the spelling that most actions have, the first in order among equals.
with mobilised as (
    select distinct
        action_key,
        {{ each_item('partners') }} as spelling
    from {{ ref('fct_partner_actions') }}
    where partners is not null
),

keyed as (
    select
        action_key,
        spelling,
        {{ folded('spelling') }} as partner_key
    from mobilised
),

spellings as (
    select
        partner_key,
        spelling,
        row_number() over (partition by partner_key order by count(*) desc, spelling) as place
    from keyed
    where partner_key != ''
    group by partner_key, spelling
)

select distinct
    keyed.action_key,
    keyed.partner_key,
    spellings.spelling as partner
from keyed
inner join spellings on keyed.partner_key = spellings.partner_key and spellings.place = 1
