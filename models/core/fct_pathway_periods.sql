-- What a pathway is in a period, as the delivery says that speaks for it there: the latest of the years that the period
-- touches. Its answers are read from fct_pathway_years, by pathway and year of delivery.
with speaking as (
    select
        deliveries.pathway_key,
        periods.period_id,
        periods.first_day,
        periods.last_day,
        periods.last_year,
        max(deliveries.reporting_year) as delivery_year
    from {{ ref('fct_pathway_years') }} as deliveries
    inner join {{ ref('dim_reporting_periods') }} as periods
        on deliveries.reporting_year between periods.first_year and periods.last_year
    group by
        deliveries.pathway_key, periods.period_id, periods.first_day, periods.last_day, periods.last_year
),

dated as (
    select
        speaking.*,
        deliveries.person_key,
        deliveries.worksite_id,
        deliveries.territory_id,
        deliveries.population,
        deliveries.entry_date,
        deliveries.programme_entry_date,
        deliveries.exit_date,
        deliveries.birth_year,
        deliveries.entry_date <= speaking.last_day
        and coalesce(deliveries.exit_date >= speaking.first_day, true) as is_supported
    from speaking
    inner join {{ ref('fct_pathway_years') }} as deliveries
        on speaking.pathway_key = deliveries.pathway_key and speaking.delivery_year = deliveries.reporting_year
)

select
    pathway_key,
    period_id,
    delivery_year,
    person_key,
    worksite_id,
    territory_id,
    population,
    is_supported,
    is_supported and entry_date >= first_day as has_entered,
    is_supported
    and programme_entry_date between first_day and last_day
    and coalesce(exit_date >= programme_entry_date, true) as has_entered_programme,
    -- whom the last day's year does not deliver is not known to be there any more
    is_supported
    and delivery_year = last_year
    and coalesce(exit_date >= last_day, true) as is_on_books_at_end,
    last_year - birth_year as age_at_end
from dated
