-- One row per pathway that ended 6 to 12 months before 31 December of the year that it is followed up in, and period of
-- the days of that year: a follow-up has a year and no day, so that of no other period anything is known.
-- true = numerator, false = denominator only, null = outside the base.
-- Stable is a share of all of them, as the report prints it: also of those who were not contacted, whose situation
-- others may know, and of those whose situation nobody knows.
with housing as (
    select distinct
        pathway_key,
        housing__reached_permanent
    from {{ ref('ind_housing') }}
),

exits as (
    select
        exits.*,
        housing.housing__reached_permanent,
        -- an exit on 31 December is 12 months old a year later
        extract(year from {{ dbt.dateadd('day', 1, 'exits.exit_date') }})::int as follow_up_year
    from {{ ref('fct_exits') }} as exits
    inner join housing on exits.pathway_key = housing.pathway_key
),

followed as (
    select
        exits.*,
        job.was_contacted as was_contacted_on_job,
        job.is_stable as is_stable_in_job,
        home.was_contacted as was_contacted_on_housing,
        home.is_stable as is_stable_in_housing,
        coalesce(exits.exit_category = 'emploi_durable', false) as in_base_job_follow_up,
        coalesce(exits.housing__reached_permanent, false) as in_base_housing_follow_up
    from exits
    left join {{ ref('stg_exports__suivi_post_sortie') }} as job
        on
            exits.pathway_key = job.pathway_key
            and exits.follow_up_year = job.reporting_year
            and job.follow_up_strand = 'emploi'
    left join {{ ref('stg_exports__suivi_post_sortie') }} as home
        on
            exits.pathway_key = home.pathway_key
            and exits.follow_up_year = home.reporting_year
            and home.follow_up_strand = 'logement'
    where exits.exit_date <= {{ last_day_of_june('exits.follow_up_year') }}
)

select
    followed.pathway_key,
    followed.person_key,
    periods.period_id,
    followed.territory_id,
    followed.worksite_id,
    followed.population,
    {{ within('in_base_job_follow_up', 'was_contacted_on_job') }} as post_exit__job_contacted,
    {{ within('in_base_job_follow_up', 'is_stable_in_job') }} as post_exit__job_stable,
    {{ within('in_base_housing_follow_up', 'was_contacted_on_housing') }} as post_exit__housing_contacted,
    {{ within('in_base_housing_follow_up', 'is_stable_in_housing') }} as post_exit__housing_stable
from followed
inner join {{ ref('dim_reporting_periods') }} as periods on followed.follow_up_year = periods.reporting_year
