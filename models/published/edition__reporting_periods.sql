-- The counted periods that are not calendar years: their days, and what they are.
select
    periods.period_id,
    periods.first_day,
    periods.last_day,
    coalesce(declared.label_fr, kinds.label_fr) as label_fr
from {{ ref('dim_reporting_periods') }} as periods
left join {{ ref('stg_reference__period_kinds') }} as kinds on periods.period_kind = kinds.period_kind
left join {{ ref('stg_reference__declared_periods') }} as declared
    on periods.first_day = declared.first_day and periods.last_day = declared.last_day
where periods.reporting_year is null
