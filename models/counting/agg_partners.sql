-- Distinct actions and partners, and sums of participants, per indicator and breakdown value.
-- An action and a session belong to one territory and one population, so they are counted there and added up; a build of
-- what changed takes the touched ones as they were from the counts before, and adds them as they are. A partner may
-- work in several territories, so it is counted separately for each place.
with counted_once as (
    {%- for state in states() %}
    select
        period_id,
        territory_id,
        population,
        indicator_id,
        breakdown,
        {{ state.sign }}count(case when state then 1 end) as numerator,
        {{ state.sign }}count(*) as denominator,
        {{ state.sign }}count(*) as rows_counted
    from {{ state.rows(ref('ind_partners')) }}
    where partner_key = ''
    group by period_id, territory_id, population, indicator_id, breakdown
    union all
    select
        period_id,
        territory_id,
        population,
        indicator_id,
        breakdown,
        {{ state.sign }}sum(participants_counted) as numerator,
        {{ state.sign }}sum(participants_in_base) as denominator,
        {{ state.sign }}count(*) as rows_counted
    from {{ state.rows(ref('ind_sessions')) }}
    where participants_in_base is not null
    group by period_id, territory_id, population, indicator_id, breakdown
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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
    cast(sum(denominator) as bigint) as denominator,
    cast(sum(rows_counted) as bigint) as rows_counted
from (
    select
        period_id,
        geography_id,
        counted_population,
        indicator_id,
        breakdown,
        numerator,
        denominator,
        rows_counted
    from ({{ in_every_place('counted_once') }}) as placed
    {%- if is_slice() %}
    union all
    select
        earlier.period_id,
        earlier.geography_id,
        earlier.population as counted_population,
        earlier.indicator_id,
        earlier.breakdown,
        earlier.numerator,
        earlier.denominator,
        earlier.rows_counted
    from {{ before(this) }} as earlier
    where earlier.rows_counted is not null
    {%- endif %}
) as summed
group by period_id, geography_id, counted_population, indicator_id, breakdown
having sum(rows_counted) > 0
union all
select
    period_id,
    geography_id,
    counted_population as population,
    indicator_id,
    breakdown,
    count(distinct partner_key) as numerator,
    count(distinct partner_key) as denominator,
    cast(null as bigint) as rows_counted
from ({{ in_every_place('partners') }}) as placed
group by period_id, geography_id, counted_population, indicator_id, breakdown
