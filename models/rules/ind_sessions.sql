-- Collective sessions in long form: participants per indicator and breakdown value.
-- participants_counted is the numerator, participants_in_base the denominator of shares.
with sessions as (
    select
        sessions.*,
        periods.period_id
    from {{ ref('fct_collective_sessions') }} as sessions
    inner join {{ ref('fct_collective_session_periods') }} as periods on sessions.session_key = periods.session_key
),

domains as (
    select * from {{ ref('fct_collective_session_domains') }}
)

select
    sessions.session_key,
    sessions.period_id,
    sessions.territory_id,
    sessions.population,
    'partners.participations' as indicator_id,
    concat_ws(' x ', domains.domain, sessions.audience) as breakdown,
    sessions.participant_count as participants_counted,
    sessions.participant_count as participants_in_base
from sessions
inner join domains on sessions.session_key = domains.session_key
union all
select
    session_key,
    period_id,
    territory_id,
    population,
    'partners.mental_health_participations' as indicator_id,
    concat_ws(' x ', mental_health_family, audience) as breakdown,
    participant_count as participants_counted,
    participant_count as participants_in_base
from sessions
where mental_health_family is not null
union all
select
    sessions.session_key,
    sessions.period_id,
    sessions.territory_id,
    sessions.population,
    'partners.staff_trained_on_mental_health' as indicator_id,
    '' as breakdown,
    case when sessions.mental_health_family is not null then sessions.participant_count else 0 end
        as participants_counted,
    sessions.participant_count as participants_in_base
from sessions
inner join domains on sessions.session_key = domains.session_key
where domains.domain = 'santé' and sessions.audience = 'permanents'
