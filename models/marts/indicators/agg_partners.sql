-- Distinct actions or partners, and sums of participants, per indicator and breakdown value.
{%- set place = "inner join " ~ ref('dim_geographies') ~ " as places on counted.territory_id = places.territory_id
inner join " ~ ref('dim_populations') ~ " as populations on counted.population = populations.member" %}
select
    counted.reporting_year,
    places.geography_id,
    populations.population,
    counted.indicator_id,
    counted.breakdown,
    count(distinct case when counted.state then counted.counted_key end) as numerator,
    count(distinct counted.counted_key) as denominator
from {{ ref('ind_partners') }} as counted
{{ place }}
group by counted.reporting_year, places.geography_id, populations.population, counted.indicator_id, counted.breakdown
union all
select
    counted.reporting_year,
    places.geography_id,
    populations.population,
    counted.indicator_id,
    counted.breakdown,
    sum(counted.participants_counted)::bigint as numerator,
    sum(counted.participants_in_base)::bigint as denominator
from {{ ref('ind_sessions') }} as counted
{{ place }}
group by counted.reporting_year, places.geography_id, populations.population, counted.indicator_id, counted.breakdown
