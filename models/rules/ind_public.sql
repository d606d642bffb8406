-- One row per pathway and period in which it was active.
-- true = numerator, false = denominator only, null = outside the base. Unknown is never no.
with supported as (
    select
        *,
        age_at_end as age
    from {{ supported_by_period() }} as deliveries
)

select
    pathway_key,
    person_key,
    period_id,
    territory_id,
    worksite_id,
    population,
    {{ within('sex is not null', "sex = 'F'") }} as public__women,
    age as public__mean_age,
    {{ within('age is not null', 'age < 25') }} as public__age_band__moins_de_25_ans,
    {{ within('age is not null', 'age between 25 and 35') }} as public__age_band__25_a_35_ans,
    {{ within('age is not null', 'age between 36 and 49') }} as public__age_band__36_a_49_ans,
    {{ within('age is not null', 'age >= 50') }} as public__age_band__50_ans_et_plus,
    {%- for sex in ['F', 'H', 'autre'] %}
    {{ within('age is not null and sex is not null', "sex = '" ~ sex ~ "' and age < 25") }}
        as public__age_sex__moins_de_25_ans__{{ sex | lower }},
    {{ within('age is not null and sex is not null', "sex = '" ~ sex ~ "' and age between 25 and 35") }}
        as public__age_sex__25_a_35_ans__{{ sex | lower }},
    {{ within('age is not null and sex is not null', "sex = '" ~ sex ~ "' and age between 36 and 49") }}
        as public__age_sex__36_a_49_ans__{{ sex | lower }},
    {{ within('age is not null and sex is not null', "sex = '" ~ sex ~ "' and age >= 50") }}
        as public__age_sex__50_ans_et_plus__{{ sex | lower }},
    {%- endfor %}
    {%- for group in listed_values('nationality_group') %}
    {{ within('nationality is not null', 'nationality = ' ~ group.literal) }}
        as public__nationality__{{ group.suffix }},
    {%- endfor %}
    {%- for level in range(1, 9) %}
    {{ within('education_level is not null', 'education_level = ' ~ level) }} as public__education_level__{{ level }},
    {%- endfor %}
    {%- for group in listed_codes('housing_group') %}
    {{ within('housing_group_at_entry is not null', "housing_group_at_entry = '" ~ group ~ "'") }}
        as public__housing_at_entry__{{ group }},
    {{ within(
        'has_entered and came_through_phc and housing_group_at_phc_hiring is not null',
        "housing_group_at_phc_hiring = '" ~ group ~ "'"
    ) }} as public__housing_at_phc_hiring__{{ group }},
    {%- endfor %}
    {{ within('street_duration is not null', "street_duration != 'aucun'") }} as public__street_history,
    {{ within('street_duration is not null', "street_duration = '2 ans et plus'") }}
        as public__street_history_2y,
    {{ within('street_duration is not null', "street_duration = 'aucun'") }} as public__street_duration__aucun,
    {{ within('street_duration is not null', "street_duration = 'moins de 6 mois'") }}
        as public__street_duration__moins_de_6_mois,
    {{ within('street_duration is not null', "street_duration = '6 à 12 mois'") }}
        as public__street_duration__6_a_12_mois,
    {{ within('street_duration is not null', "street_duration = '1 à 2 ans'") }}
        as public__street_duration__1_a_2_ans,
    {{ within('street_duration is not null', "street_duration = '2 ans et plus'") }}
        as public__street_duration__2_ans_et_plus,
    {{ within('rsa_at_entry is not null', 'rsa_at_entry') }} as public__rsa,
    {{ within('rqth_at_entry is not null', 'rqth_at_entry') }} as public__rqth,
    {{ within('not rsa_at_entry', 'ass_at_entry or aah_at_entry or rqth_at_entry') }}
        as public__other_benefit_without_rsa,
    {%- for code in listed_codes('referrer') %}
    {{ within('referrer is not null', "referrer = '" ~ code ~ "'") }} as public__referrer__{{ code }},
    {%- endfor %}
    {{ within('is_supported', 'came_through_phc') }} as public__after_phc,
    {{ within('has_entered', 'came_through_phc') }} as public__after_phc_entered,
    {{ within('has_outside_social_worker is not null', 'has_outside_social_worker') }}
        as public__outside_social_worker,
    {{ within('time_without_work is not null', "time_without_work in ('plus de 2 ans', 'jamais travaillé')") }}
        as public__long_term_unemployed,
    {{ within('time_without_work is not null', "time_without_work = 'jamais travaillé'") }}
        as public__never_worked
from supported
