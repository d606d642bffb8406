-- Participations, not distinct people: a session belongs to no pathway, so it counts in `all` only.
select
    session_key,
    reporting_year,
    session_date,
    territory_id,
    'none' as population,
    session_theme,
    mental_health_family,
    audience,
    participant_count
from {{ ref('stg_exports__ateliers') }}
