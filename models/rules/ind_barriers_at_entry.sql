-- One row per pathway and period in which it was active.
-- true = numerator, false = denominator only, null = outside the base. Unknown is never no.
with supported as (
    select
        *,
        {%- for difficulty in listed_codes('difficulty') %}
        case when difficulty_{{ difficulty }}_at_entry then 1 else 0 end {{ '+' if not loop.last }}
        {%- endfor %} as difficulties_met,
        coalesce(
            {%- for difficulty in listed_codes('difficulty') %}
            difficulty_{{ difficulty }}_at_entry{{ ',' if not loop.last }}
            {%- endfor %}
        ) is not null as is_diagnosed
    from {{ supported_by_period() }} as deliveries
)

select
    pathway_key,
    person_key,
    period_id,
    territory_id,
    worksite_id,
    population,
    {%- for difficulty in listed_codes('difficulty') %}
    {{ within(
        'difficulty_' ~ difficulty ~ '_at_entry is not null', 'difficulty_' ~ difficulty ~ '_at_entry'
    ) }} as barriers__at_entry__{{ difficulty }},
    {%- endfor %}
    {%- for number in range(listed_codes('difficulty') | length + 1) %}
    {{ within('is_diagnosed', 'difficulties_met = ' ~ number) }} as barriers__count_at_entry__{{ number }},
    {%- endfor %}
    {{ within('is_diagnosed', 'difficulties_met <= 3') }} as barriers__count_band_at_entry__3_au_plus,
    {{ within('is_diagnosed', 'difficulties_met between 4 and 5') }} as barriers__count_band_at_entry__4_ou_5,
    {{ within('is_diagnosed', 'difficulties_met >= 6') }} as barriers__count_band_at_entry__6_et_plus,
    {{ within(
        "housing_group_at_entry in ('logement_semi_durable', 'logement_perenne')
        and difficulty_logement_at_entry is not null",
        'difficulty_logement_at_entry'
    ) }} as barriers__housing_difficulty_when_housed
from supported
