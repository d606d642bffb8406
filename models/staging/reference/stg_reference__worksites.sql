select
    {{ text('worksite_id') }} as worksite_id,
    {{ text('territory_id') }} as territory_id,
    {{ text('label_fr') }} as label_fr,
    {{ whole_number('first_year') }} as first_year,
    {{ whole_number('last_year') }} as last_year,
    {{ iso_date('joined_on') }} as joined_on,
    {{ text('operator') }} as operator,
    {{ text('activity') }} as activity,
    {{ text('programme') }} as programme,
    {{ text('siret') }} as siret,
    {{ iso_date('left_on') }} as left_on,
    {{ validity(['worksite_id']) }}
from {{ ref('worksites') }}
