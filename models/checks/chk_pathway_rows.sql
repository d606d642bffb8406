-- Deliveries of people that contradict themselves, others or the year before: how many of how many, by worksite.
-- A row is judged by its pathway's, person's and worksite's: what is touched is taken from the counts before, and added.
{%- set salaries = ref('stg_exports__salaries') %}
{%- set at_entry = [] %}
{%- for column in checked_columns(salaries) %}
{%- set is_place = column.name in ['reporting_year', 'territory_id', 'worksite_id'] %}
{%- if column.config.meta.privacy != 'direct' and not column.config.meta.get('yearly') and not is_place %}
{%- do at_entry.append(column) %}
{%- endif %}
{%- endfor %}
select
    check_id,
    export,
    column_name,
    reporting_year,
    territory_id,
    worksite_id,
    cast(sum(rows_looked_at) as bigint) as rows_looked_at,
    cast(sum(rows_against) as bigint) as rows_against
from (
    {%- if is_slice() %}
    select * from {{ as_before(this) }}
    union all
    {%- endif %}
    {%- for state in states() %}
    {%- set salaries = state.rows(ref('stg_exports__salaries')) %}
    select
        check_id,
        export,
        column_name,
        reporting_year,
        territory_id,
        worksite_id,
        {{ state.sign }}rows_looked_at,
        {{ state.sign }}rows_against
    from (
        with deliveries as (
            select
                deliveries.*,
                extract(year from exits.exit_date) as exit_year,
                pathways.person_key as latest_person_key,
                pathways.worksite_id as latest_worksite_id,
                min(deliveries.reporting_year) over (partition by deliveries.worksite_id) as first_year_of_worksite,
                max(deliveries.reporting_year) over (partition by deliveries.worksite_id) as last_year_of_worksite
            from {{ salaries }} as deliveries
            left join {{ state.rows(ref('fct_pathways')) }} as pathways on deliveries.pathway_key = pathways.pathway_key
            left join {{ state.rows(ref('stg_exports__sorties')) }} as exits
                on deliveries.pathway_key = exits.pathway_key
        ),

        -- a pathway's delivery beside that of the year before, where it should be: entered before, not yet left
        continued as (
            select
                deliveries.*,
                earlier.pathway_key is not null as was_delivered
            from deliveries
            left join {{ salaries }} as earlier
                on
                    deliveries.pathway_key = earlier.pathway_key
                    and deliveries.reporting_year = earlier.reporting_year + 1
            where
                extract(year from deliveries.entry_date) < deliveries.reporting_year
                and deliveries.reporting_year > deliveries.first_year_of_worksite
        ),

        expected as (
            select
                deliveries.*,
                later.pathway_key is not null as is_delivered_again
            from deliveries
            left join {{ salaries }} as later
                on deliveries.pathway_key = later.pathway_key and deliveries.reporting_year = later.reporting_year - 1
            where
                coalesce(deliveries.exit_year > deliveries.reporting_year, true)
                and deliveries.reporting_year < deliveries.last_year_of_worksite
        ),

        vanished as (
            select distinct
                worksite_id,
                reporting_year,
                entry_date,
                birth_year,
                sex
            from expected
            where not is_delivered_again
        ),

        -- somebody who comes out of nowhere where somebody alike has vanished
        renewed as (
            select
                continued.*,
                vanished.worksite_id is not null as is_against
            from continued
            left join vanished
                on
                    not continued.was_delivered
                    and continued.worksite_id = vanished.worksite_id
                    and continued.reporting_year = vanished.reporting_year + 1
                    and continued.entry_date = vanished.entry_date
                    and continued.birth_year = vanished.birth_year
                    and continued.sex = vanished.sex
        ),

        both_years as (
            select
                {%- for column in at_entry %}
                {{ differ('deliveries.' ~ column.name, 'earlier.' ~ column.name) }} as {{ column.name }}_changed,
                {%- endfor %}
                deliveries.reporting_year,
                deliveries.territory_id,
                deliveries.worksite_id
            from {{ salaries }} as deliveries
            inner join {{ salaries }} as earlier
                on
                    deliveries.pathway_key = earlier.pathway_key
                    and deliveries.reporting_year = earlier.reporting_year + 1
        ),

        people as (
            select
                reporting_year,
                person_key,
                min(territory_id) as territory_id,
                min(worksite_id) as worksite_id,
                count(*) as pathways,
                count(distinct birth_year) > 1 or count(distinct sex) > 1 as is_several
            from {{ salaries }}
            group by reporting_year, person_key
        ),

        alike as (
            select
                reporting_year,
                territory_id,
                worksite_id,
                count(*) as rows_alike,
                count(distinct person_key) as people_alike
            from {{ salaries }}
            group by
                {%- for column in at_entry %}
                {{ column.name }},
                {%- endfor %}
                reporting_year, territory_id, worksite_id
        )

        {{ rows_against('pathway_vanished', 'salaries', 'expected', 'not is_delivered_again') }}
        union all
        {{ rows_against('pathway_late', 'salaries', 'continued', 'not was_delivered') }}
        union all
        {{ rows_against('pathway_renewed', 'salaries', 'renewed', 'is_against') }}
        union all
        {{ rows_against(
            'pathway_of_two_people', 'salaries', 'deliveries', 'person_key != latest_person_key', 'id_salarie'
        ) }}
        union all
        {{ rows_against('pathway_moved', 'salaries', 'deliveries', 'worksite_id != latest_worksite_id', 'chantier') }}
        union all
        {{ rows_against(
            'active_after_exit', 'salaries', 'deliveries', 'exit_year < reporting_year', 'annee',
            'exit_year is not null'
        ) }}
        union all
        {{ rows_against(
            'person_of_many_pathways', 'salaries', 'people', 'pathways > ' ~ limit_of('person_of_many_pathways'),
            'id_salarie'
        ) }}
        union all
        {{ rows_against('person_of_two_births', 'salaries', 'people', 'is_several', 'annee_naissance') }}
        union all
        {{ rows_against('pathways_alike', 'salaries', 'alike', 'people_alike > 1', counts='rows_alike') }}
        union all
        {{ rows_against(
            'phc_housing_without_phc', 'salaries', salaries, 'not coalesce(came_through_phc, false)', 'passage_phc',
            'housing_at_phc_hiring is not null'
        ) }}
        union all
        {{ rows_against(
            'phc_without_housing', 'salaries', salaries, 'housing_at_phc_hiring is null', 'passage_phc',
            'came_through_phc'
        ) }}
        union all
        {{ rows_against(
            'phc_referral_without_phc', 'salaries', salaries, 'not came_through_phc', 'passage_phc',
            "referrer = 'premieres_heures' and came_through_phc is not null"
        ) }}
        {%- for column in at_entry %}
        union all
        {{ rows_against('entry_changed', 'salaries', 'both_years', column.name ~ '_changed', column.config.meta.raw) }}
        {%- endfor %}
        union all
        {{ rows_against(
            'year_ahead', 'salaries', salaries, 'reporting_year > extract(year from current_date)', 'annee'
        ) }}
    ) as counted_{{ state.name }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
) as counted
group by check_id, export, column_name, reporting_year, territory_id, worksite_id
having sum(rows_looked_at) > 0
