-- Distinct people: no territory above its group or the whole, the whole never above the sum of its parts;
-- the same for the two populations. True of all numerators and denominators.
with counts as (
    select
        indicators.indicator_id,
        indicators.reporting_year,
        indicators.geography_id,
        indicators.population,
        indicators.breakdown,
        coalesce(indicators.numerator, 0) as numerator,
        coalesce(indicators.denominator, 0) as denominator
    from {{ ref('mart_indicators') }} as indicators
    inner join {{ ref('stg_reference__indicators') }} as catalogue on indicators.indicator_id = catalogue.indicator_id
    -- a worksite's share of women is another question in each population
    where indicators.indicator_id not like 'headcount.%_women'
),

territories as (
    select
        counts.indicator_id,
        counts.reporting_year,
        counts.population,
        counts.breakdown,
        places.geography_id,
        max(counts.numerator) as largest_numerator,
        max(counts.denominator) as largest_denominator,
        sum(counts.numerator) as sum_of_numerators,
        sum(counts.denominator) as sum_of_denominators
    from counts
    inner join {{ ref('dim_geographies') }} as places
        on
            counts.geography_id = places.territory_id
            and {{ valid_on('places', last_day('counts.reporting_year')) }}
    where places.geography_level != 'territory'
    group by counts.indicator_id, counts.reporting_year, counts.population, counts.breakdown, places.geography_id
),

-- a population that has pathways of its own, as another programme has, is no part of `all`
of_the_whole as (
    select parts.population
    from {{ ref('dim_populations') }} as parts
    left join {{ ref('dim_populations') }} as whole on whole.population = 'all' and parts.member = whole.member
    group by parts.population
    having count(whole.member) = count(*)
),

populations as (
    select
        indicator_id,
        reporting_year,
        geography_id,
        breakdown,
        max(case when population = 'all' then numerator end) as whole_numerator,
        max(case when population = 'all' then denominator end) as whole_denominator,
        max(case when population != 'all' then numerator end) as largest_numerator,
        max(case when population != 'all' then denominator end) as largest_denominator
    from counts
    where population in (select of_the_whole.population from of_the_whole)
    group by indicator_id, reporting_year, geography_id, breakdown
)

select
    territories.indicator_id,
    territories.breakdown
from territories
inner join counts
    on
        territories.indicator_id = counts.indicator_id
        and territories.reporting_year = counts.reporting_year
        and territories.population = counts.population
        and territories.breakdown = counts.breakdown
        and territories.geography_id = counts.geography_id
where
    counts.numerator not between territories.largest_numerator and territories.sum_of_numerators
    or counts.denominator not between territories.largest_denominator and territories.sum_of_denominators
union all
select
    indicator_id,
    breakdown
from populations
where whole_numerator < largest_numerator or whole_denominator < largest_denominator
