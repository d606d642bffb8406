-- Exits by category, the unknown ones shown as such, add up to the exits of each period and territory.
with by_category as (
    select
        period_id,
        territory_id,
        count(*) as exits,
        count(case when is_neutral then 1 end) as neutral,
        count(case when exits__unknown_reason then 1 end) as unknown_reason,
        {%- for category in listed_codes('job_or_training_category') %}
        count(case when exits__job_or_training__{{ category }} then 1 end) +
        {%- endfor %}
        count(case when category_group = 'other' then 1 end) as known_reason
    from (
        select
            indicators.*,
            exits.is_neutral,
            categories.category_group
        from {{ ref('ind_exits') }} as indicators
        inner join {{ ref('fct_exits') }} as exits on indicators.pathway_key = exits.pathway_key
        left join {{ ref('stg_reference__exit_categories') }} as categories
            on exits.exit_category = categories.exit_category
    ) as joined
    group by period_id, territory_id
)

select
    period_id,
    territory_id
from by_category
where neutral + unknown_reason + known_reason != exits
