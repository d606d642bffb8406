-- One row per exited pathway and period. true = numerator, false = denominator only, null = outside the base.
-- Months are calendar months from the day of entry; a pathway of exactly 24 months is not over two years.
with exits as (
    select
        *,
        {%- for months in [12, 24, 36, 48, 60] %}
        {{ months_after('entry_date', months) }} as entry_plus_{{ months }}_months,
        {%- endfor %}
        in_base_duration and exit_date > {{ months_after('entry_date', 24) }} as is_over_2_years
    from {{ exits_by_period() }} as exits
)

select
    pathway_key,
    person_key,
    period_id,
    territory_id,
    worksite_id,
    population,
    case when in_base_duration then duration_months end as pathways__mean_duration_months,
    case when in_base_duration then duration_months end as pathways__median_duration_months,
    {{ within('in_base_duration', 'exit_date < entry_plus_12_months') }}
        as pathways__duration_band__moins_de_12_mois,
    {{ within('in_base_duration', 'exit_date >= entry_plus_12_months and exit_date <= entry_plus_24_months') }}
        as pathways__duration_band__12_a_24_mois,
    {{ within('in_base_duration', 'exit_date > entry_plus_24_months and exit_date <= entry_plus_36_months') }}
        as pathways__duration_band__2_a_3_ans,
    {{ within('in_base_duration', 'exit_date > entry_plus_36_months and exit_date <= entry_plus_48_months') }}
        as pathways__duration_band__3_a_4_ans,
    {{ within('in_base_duration', 'exit_date > entry_plus_48_months and exit_date < entry_plus_60_months') }}
        as pathways__duration_band__4_a_5_ans,
    {{ within('in_base_duration', 'exit_date >= entry_plus_60_months') }} as pathways__duration_band__5_ans_et_plus,
    {{ within('in_base_duration', 'is_over_2_years') }} as pathways__over_2_years,
    {{ within('is_over_2_years', 'rqth_at_exit') }} as pathways__over_2_years_rqth,
    {{ within('is_over_2_years', 'age_at_exit >= 50') }} as pathways__over_2_years_50_plus,
    {{ within('is_over_2_years', 'has_extension') }} as pathways__over_2_years_extension,
    {{ within(
        'is_over_2_years',
        'coalesce(not rqth_at_entry, true) and extract(year from entry_date) - birth_year < 50'
    ) }} as pathways__over_2_years_under_50_no_rqth
from exits
