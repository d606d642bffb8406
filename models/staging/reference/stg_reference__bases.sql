-- `asked` and `known` name counts as contracts/disclosure.toml does: indicator, ':base' for its
-- denominator, and the breakdown value in brackets.
select
    {{ text('base') }} as base,
    {{ text('parent_base') }} as parent_base,
    {{ text('asked') }} as asked,
    {{ text('known') }} as known,
    nullif(split_part(split_part(asked, '[', 1), ':', 1), '') as asked_indicator_id,
    case when asked like '%:base%' then 'denominator' when asked != '' then 'numerator' end as asked_part,
    case when asked != '' then replace(split_part(asked, '[', 2), ']', '') end as asked_breakdown,
    nullif(split_part(split_part(known, '[', 1), ':', 1), '') as known_indicator_id,
    case when known like '%:base%' then 'denominator' when known != '' then 'numerator' end as known_part,
    case when known != '' then replace(split_part(known, '[', 2), ']', '') end as known_breakdown,
    {{ text('label_fr') }} as label_fr,
    {{ text('label_en') }} as label_en
from {{ ref('bases') }}
