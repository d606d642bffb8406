-- Distinct actions and partners, and sums of participants, per indicator and breakdown value.
-- An action and a session belong to one territory and one population, so they are counted there and added up; a build of
-- what changed takes the touched actions as they were from the counts before, and adds them as they are. A partner may
-- work in several territories, so it is counted separately for each place.
{%- set catalogue = ref('stg_reference__indicators') %}
with acted as (
    {%- for state in states() %}
    select
        period_id,
        territory_id,
        population,
        indicator_id,
        breakdown,
        {{ state.sign }}count(case when state then 1 end) as numerator,
        {{ state.sign }}count(*) as denominator
    from {{ state.rows(ref('ind_partners')) }}
    where partner_key = ''
    group by period_id, territory_id, population, indicator_id, breakdown
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

attended as (
    select
        period_id,
        territory_id,
        population,
        indicator_id,
        breakdown,
        sum(participants_counted) as numerator,
        sum(participants_in_base) as denominator
    from {{ ref('ind_sessions') }}
    group by period_id, territory_id, population, indicator_id, breakdown
),

partners as (
    select distinct
        period_id,
        territory_id,
        population,
        indicator_id,
        breakdown,
        partner_key
    from {{ whole(ref('ind_partners')) }}
    where partner_key != ''
)

select
    period_id,
    geography_id,
    counted_population as population,
    indicator_id,
    breakdown,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator
from (
    select
        period_id,
        geography_id,
        counted_population,
        indicator_id,
        breakdown,
        numerator,
        denominator
    from ({{ in_every_place('acted') }}) as placed
    {%- if is_slice() %}
    union all
    select
        earlier.period_id,
        earlier.geography_id,
        earlier.population as counted_population,
        earlier.indicator_id,
        earlier.breakdown,
        earlier.numerator,
        earlier.denominator
    from {{ before(this) }} as earlier
    inner join {{ catalogue }} as catalogue on earlier.indicator_id = catalogue.indicator_id
    where catalogue.counting_unit = 'actions'
    {%- endif %}
) as actions
group by period_id, geography_id, counted_population, indicator_id, breakdown
having sum(denominator) > 0
union all
select
    period_id,
    geography_id,
    counted_population as population,
    indicator_id,
    breakdown,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator
from ({{ in_every_place('attended') }}) as placed
group by period_id, geography_id, counted_population, indicator_id, breakdown
union all
select
    period_id,
    geography_id,
    counted_population as population,
    indicator_id,
    breakdown,
    count(distinct partner_key) as numerator,
    count(distinct partner_key) as denominator
from ({{ in_every_place('partners') }}) as placed
group by period_id, geography_id, counted_population, indicator_id, breakdown
