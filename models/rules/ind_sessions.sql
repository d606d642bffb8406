-- Collective sessions in long form: participants per indicator and breakdown value.
-- participants_counted is the numerator, participants_in_base the denominator of shares.
select
    session_key,
    reporting_year,
    territory_id,
    population,
    'partners.participations' as indicator_id,
    concat_ws(' x ', domain, audience) as breakdown,
    participant_count as participants_counted,
    participant_count as participants_in_base
from {{ ref('fct_collective_sessions') }}
union all
select
    session_key,
    reporting_year,
    territory_id,
    population,
    'partners.mental_health_participations' as indicator_id,
    concat_ws(' x ', mental_health_family, audience) as breakdown,
    participant_count as participants_counted,
    participant_count as participants_in_base
from {{ ref('fct_collective_sessions') }}
where mental_health_family is not null
union all
select
    session_key,
    reporting_year,
    territory_id,
    population,
    'partners.staff_trained_on_mental_health' as indicator_id,
    '' as breakdown,
    case when mental_health_family is not null then participant_count else 0 end as participants_counted,
    participant_count as participants_in_base
from {{ ref('fct_collective_sessions') }}
where domain = 'santé' and audience = 'permanents'
