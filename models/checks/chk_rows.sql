-- Rows that contradict themselves, others or the year before: how many of how many, by worksite, territory and in
-- all.
-- Measured here, judged in mart_data_findings.
{%- set salaries = ref('stg_exports__salaries') %}
{%- set at_entry = [] %}
{%- for column in checked_columns(salaries) %}
{%- set meta = column.config.meta %}
{%- set is_place = column.name in ['reporting_year', 'territory_id', 'worksite_id'] %}
{%- if meta.privacy != 'direct' and not meta.get('yearly') and not is_place %}
{%- do at_entry.append(column) %}
{%- endif %}
{%- endfor %}
with deliveries as (
    select
        deliveries.*,
        extract(year from exits.exit_date) as exit_year,
        pathways.person_key as latest_person_key,
        pathways.worksite_id as latest_worksite_id,
        min(deliveries.reporting_year) over (partition by deliveries.worksite_id) as first_year_of_worksite,
        max(deliveries.reporting_year) over (partition by deliveries.worksite_id) as last_year_of_worksite
    from {{ salaries }} as deliveries
    left join {{ ref('fct_pathways') }} as pathways on deliveries.pathway_key = pathways.pathway_key
    left join {{ ref('stg_exports__sorties') }} as exits on deliveries.pathway_key = exits.pathway_key
),

-- a pathway's delivery beside that of the year before, where it should be: entered before, not yet left
continued as (
    select
        deliveries.*,
        earlier.pathway_key is not null as was_delivered
    from deliveries
    left join {{ salaries }} as earlier
        on deliveries.pathway_key = earlier.pathway_key and deliveries.reporting_year = earlier.reporting_year + 1
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
        on deliveries.pathway_key = earlier.pathway_key and deliveries.reporting_year = earlier.reporting_year + 1
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
        reporting_year,
        territory_id,
        worksite_id
),

exits as (
    select
        exits.*,
        extract(year from exits.exit_date) as exit_year,
        pathways.worksite_id as pathway_worksite_id,
        pathways.housing_at_entry,
        {%- for right in ['rqth', 'aah', 'invalidity_pension', 'gp'] %}
        pathways.{{ right }}_at_entry,
        {%- endfor %}
        {%- for difficulty in var('difficulties') %}
        pathways.difficulty_{{ difficulty }}_at_entry,
        {%- endfor %}
        deliveries.pathway_key is not null as is_delivered
    from {{ ref('stg_exports__sorties') }} as exits
    left join {{ ref('fct_pathways') }} as pathways on exits.pathway_key = pathways.pathway_key
    left join {{ salaries }} as deliveries
        on exits.pathway_key = deliveries.pathway_key and exits.reporting_year = deliveries.reporting_year
),

follow_ups as (
    select
        follow_ups.*,
        exits.territory_id,
        exits.worksite_id,
        extract(year from exits.exit_date) as exit_year
    from {{ ref('stg_exports__suivi_post_sortie') }} as follow_ups
    left join {{ ref('stg_exports__sorties') }} as exits on follow_ups.pathway_key = exits.pathway_key
),

actions as (
    select
        actions.*,
        pathways.worksite_id as pathway_worksite_id,
        deliveries.pathway_key is not null as is_delivered
    from {{ ref('stg_exports__actions') }} as actions
    left join {{ ref('fct_pathways') }} as pathways on actions.pathway_key = pathways.pathway_key
    left join {{ salaries }} as deliveries
        on actions.pathway_key = deliveries.pathway_key and actions.reporting_year = deliveries.reporting_year
),

-- the same action of the same pathway under several identifiers
actions_alike as (
    select
        reporting_year,
        territory_id,
        worksite_id,
        count(*) as rows_alike
    from {{ ref('stg_exports__actions') }}
    where pathway_key is not null
    group by
        reporting_year, territory_id, worksite_id, pathway_key, action_date,
        domains, action_types, partners, request_reason
),

sessions as (
    select
        *,
        cast(null as string) as worksite_id
    from {{ ref('stg_exports__ateliers') }}
),

counted as (
    {{ rows_against('pathway_vanished', 'salaries', 'expected', 'not is_delivered_again') }}
    union all
    {{ rows_against('pathway_late', 'salaries', 'continued', 'not was_delivered') }}
    union all
    {{ rows_against('pathway_renewed', 'salaries', 'renewed', 'is_against') }}
    union all
    {{ rows_against(
        'pathway_of_two_people', 'salaries', 'deliveries',
        'person_key != latest_person_key',
        'id_salarie'
    ) }}
    union all
    {{ rows_against('pathway_moved', 'salaries', 'deliveries', 'worksite_id != latest_worksite_id', 'chantier') }}
    union all
    {{ rows_against(
        'active_after_exit', 'salaries', 'deliveries',
        'exit_year < reporting_year',
        'annee',
        'exit_year is not null'
    ) }}
    union all
    {{ rows_against(
        'person_of_many_pathways', 'salaries', 'people',
        'pathways > ' ~ limit_of('person_of_many_pathways'),
        'id_salarie'
    ) }}
    union all
    {{ rows_against('person_of_two_births', 'salaries', 'people', 'is_several', 'annee_naissance') }}
    union all
    {{ rows_against('pathways_alike', 'salaries', 'alike', 'people_alike > 1', counts='rows_alike') }}
    union all
    {{ rows_against(
        'phc_housing_without_phc', 'salaries', salaries,
        'not coalesce(came_through_phc, false)',
        'passage_phc',
        'housing_at_phc_hiring is not null'
    ) }}
    union all
    {{ rows_against(
        'phc_without_housing', 'salaries', salaries,
        'housing_at_phc_hiring is null',
        'passage_phc',
        'came_through_phc'
    ) }}
    union all
    {{ rows_against(
        'phc_referral_without_phc', 'salaries', salaries,
        'not came_through_phc',
        'passage_phc',
        "referrer = 'premieres_heures' and came_through_phc is not null"
    ) }}
    {%- for column in at_entry %}
    union all
    {{ rows_against('entry_changed', 'salaries', 'both_years', column.name ~ '_changed', column.config.meta.raw) }}
    {%- endfor %}
    union all
    {{ rows_against('exit_without_year', 'sorties', 'exits', 'not is_delivered', 'annee') }}
    union all
    {{ rows_against('exit_elsewhere', 'sorties', 'exits', 'worksite_id != pathway_worksite_id', 'chantier') }}
    union all
    {{ rows_against(
        'complete_without_reason', 'sorties', 'exits',
        'exit_reason_code is null',
        'motif_sortie',
        'is_form_complete'
    ) }}
    union all
    {{ rows_against(
        'housing_unchanged', 'sorties', 'exits',
        'housing_at_exit = housing_at_entry',
        'logement_sortie',
        'housing_at_exit is not null and housing_at_entry is not null'
    ) }}
    {%- for right, raw in {
        'rqth': 'rqth_sortie', 'aah': 'aah_sortie',
        'invalidity_pension': 'pension_invalidite_sortie', 'gp': 'medecin_traitant_sortie',
    }.items() %}
    union all
    {{ rows_against(
        'right_lost', 'sorties', 'exits',
        'not ' ~ right ~ '_at_exit',
        raw,
        right ~ '_at_entry and ' ~ right ~ '_at_exit is not null'
    ) }}
    {%- endfor %}
    {%- for difficulty in var('difficulties') %}
    union all
    {{ rows_against(
        'status_without_difficulty', 'sorties', 'exits',
        'not difficulty_' ~ difficulty ~ '_at_entry',
        'difficulte_' ~ difficulty ~ '_sortie',
        'difficulty_' ~ difficulty ~ '_status_at_exit is not null and difficulty_' ~ difficulty ~ '_at_entry is not null'
    ) }}
    {%- endfor %}
    union all
    {{ rows_against(
        'action_outside_pathway', 'actions', 'actions',
        'not is_delivered',
        'annee',
        'pathway_key is not null'
    ) }}
    union all
    {{ rows_against(
        'action_elsewhere', 'actions', 'actions',
        'worksite_id != pathway_worksite_id',
        'chantier',
        'pathway_worksite_id is not null'
    ) }}
    union all
    {{ rows_against('actions_alike', 'actions', 'actions_alike', 'rows_alike > 1', counts='rows_alike') }}
    union all
    {{ rows_against(
        'many_participants', 'ateliers', 'sessions',
        'participant_count > ' ~ limit_of('many_participants'),
        'participants'
    ) }}
    union all
    {{ rows_against(
        'stable_not_contacted', 'suivi_post_sortie', 'follow_ups',
        'is_stable and not was_contacted',
        'situation_stable'
    ) }}
    union all
    {{ rows_against(
        'follow_up_out_of_time', 'suivi_post_sortie', 'follow_ups',
        'reporting_year not between exit_year and exit_year + 1',
        'annee'
    ) }}
    {%- for export, relation in {
        'salaries': 'deliveries', 'sorties': 'exits', 'actions': 'actions',
        'ateliers': 'sessions', 'suivi_post_sortie': 'follow_ups',
    }.items() %}
    union all
    {{ rows_against('year_ahead', export, relation, 'reporting_year > extract(year from current_date)', 'annee') }}
    {%- endfor %}
),

placed as (
    {{ at_each_level('counted') }}
)

select
    check_id,
    export,
    column_name,
    '' as category,
    cast(reporting_year as int) as reporting_year,
    place_level,
    place_id,
    cast(sum(rows_against) as double) as observed,
    cast(null as double) as expected,
    cast(sum(rows_against) as double) as rows_against,
    sum(rows_against) * 1.0 / sum(rows_looked_at) as distance,
    cast(null as double) as deviations,
    cast(null as string) as note
from placed
group by check_id, export, column_name, reporting_year, place_level, place_id
having sum(rows_against) > 0
