-- Every population that an indicator is shown for, and the groups of pathways that make it up.
-- An action without a pathway is of no group: it counts where the populations say `none`.
select
    population,
    {{ each_item('pathway_groups') }} as member
from {{ ref('stg_reference__populations') }}
