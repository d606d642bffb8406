select
    {{ text('pathway_group') }} as pathway_group,
    {{ text('programme') }} as programme,
    case trim(came_through_phc) when 'yes' then true when 'no' then false end as came_through_phc
from {{ ref('pathway_groups') }}
