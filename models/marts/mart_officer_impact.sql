-- People with and without the action of a partnership officer: rates, difference and ratio with 95% intervals,
-- and the ratio adjusted for territory. The groups were not randomised: the comparison shows no cause.
with groups as (
    select
        indicator_id as outcome,
        reporting_year,
        geography_id,
        population,
        max(case when breakdown = 'with' then numerator end) as with_reached,
        max(case when breakdown = 'with' then denominator end) as with_people,
        max(case when breakdown = 'without' then numerator end) as without_reached,
        max(case when breakdown = 'without' then denominator end) as without_people
    from {{ ref('mart_indicators') }}
    where indicator_id in ('housing.improved_by_officer', 'barriers.health_resolved_by_officer')
    group by indicator_id, reporting_year, geography_id, population
),

rates as (
    select
        *,
        with_reached / nullif(with_people, 0) as with_rate,
        {{ wilson_bound('with_reached', 'with_people', '-') }} as with_rate_lower,
        {{ wilson_bound('with_reached', 'with_people', '+') }} as with_rate_upper,
        without_reached / nullif(without_people, 0) as without_rate,
        {{ wilson_bound('without_reached', 'without_people', '-') }} as without_rate_lower,
        {{ wilson_bound('without_reached', 'without_people', '+') }} as without_rate_upper
    from groups
),

compared as (
    select
        *,
        with_rate - without_rate as difference,
        with_rate / nullif(without_rate, 0) as ratio,
        1 / nullif(with_reached, 0) - 1 / nullif(with_people, 0)
        + 1 / nullif(without_reached, 0) - 1 / nullif(without_people, 0) as log_ratio_variance
    from rates
),

-- Mantel-Haenszel: each territory of the place is a stratum
strata as (
    select
        groups.outcome,
        groups.reporting_year,
        groups.population,
        places.geography_id,
        groups.with_reached * groups.without_people / (groups.with_people + groups.without_people)
            as with_weighted,
        groups.without_reached * groups.with_people / (groups.with_people + groups.without_people)
            as without_weighted,
        (
            groups.with_people * groups.without_people * (groups.with_reached + groups.without_reached)
            - groups.with_reached * groups.without_reached * (groups.with_people + groups.without_people)
        ) / power(groups.with_people + groups.without_people, 2) as variance_weighted
    from groups
    inner join {{ ref('dim_geographies') }} as places
        on
            groups.geography_id = places.territory_id
            and {{ valid_on('places', last_day('groups.reporting_year')) }}
    where groups.with_people + groups.without_people > 0
),

pooled as (
    select
        outcome,
        reporting_year,
        population,
        geography_id,
        {{ exact_sum('with_weighted') }} as with_weighted,
        {{ exact_sum('without_weighted') }} as without_weighted,
        {{ exact_sum('variance_weighted') }} as variance_weighted
    from strata
    group by outcome, reporting_year, population, geography_id
),

adjusted as (
    select
        *,
        with_weighted / nullif(without_weighted, 0) as adjusted_ratio,
        variance_weighted / nullif(with_weighted * without_weighted, 0) as adjusted_log_variance
    from pooled
)

select
    compared.outcome,
    compared.reporting_year,
    compared.geography_id,
    compared.population,
    compared.with_people,
    compared.with_reached,
    compared.with_rate,
    compared.with_rate_lower,
    compared.with_rate_upper,
    compared.without_people,
    compared.without_reached,
    compared.without_rate,
    compared.without_rate_lower,
    compared.without_rate_upper,
    compared.difference,
    compared.difference - sqrt(
        power(compared.with_rate - compared.with_rate_lower, 2)
        + power(compared.without_rate_upper - compared.without_rate, 2)
    ) as difference_lower,
    compared.difference + sqrt(
        power(compared.with_rate_upper - compared.with_rate, 2)
        + power(compared.without_rate - compared.without_rate_lower, 2)
    ) as difference_upper,
    compared.ratio,
    {{ ratio_bound('compared.ratio', 'compared.log_ratio_variance', '-') }} as ratio_lower,
    {{ ratio_bound('compared.ratio', 'compared.log_ratio_variance', '+') }} as ratio_upper,
    adjusted.adjusted_ratio,
    {{ ratio_bound('adjusted.adjusted_ratio', 'adjusted.adjusted_log_variance', '-') }} as adjusted_ratio_lower,
    {{ ratio_bound('adjusted.adjusted_ratio', 'adjusted.adjusted_log_variance', '+') }} as adjusted_ratio_upper
from compared
left join adjusted
    on
        compared.outcome = adjusted.outcome
        and compared.reporting_year = adjusted.reporting_year
        and compared.population = adjusted.population
        and compared.geography_id = adjusted.geography_id
