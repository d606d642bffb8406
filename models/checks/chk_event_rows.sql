-- Exits, follow-ups, actions and sessions that contradict themselves, others or the pathway they are about: how many of
-- how many, by worksite.
-- A row is judged by the rows of its pathway, its person and its worksite: a build of what changed takes the touched
-- rows as they were from the counts before, and adds them as they are.
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
        with exits as (
            select
                ended.*,
                extract(year from ended.exit_date) as exit_year,
                pathways.worksite_id as pathway_worksite_id,
                pathways.housing_at_entry,
                {%- for right in ['rqth', 'aah', 'invalidity_pension', 'gp'] %}
                pathways.{{ right }}_at_entry,
                {%- endfor %}
                {%- for difficulty in listed_codes('difficulty') %}
                pathways.difficulty_{{ difficulty }}_at_entry,
                {%- endfor %}
                deliveries.pathway_key is not null as is_delivered
            from {{ state.rows(ref('stg_exports__sorties')) }} as ended
            left join {{ state.rows(ref('fct_pathways')) }} as pathways on ended.pathway_key = pathways.pathway_key
            left join {{ salaries }} as deliveries
                on ended.pathway_key = deliveries.pathway_key and ended.reporting_year = deliveries.reporting_year
        ),

        follow_ups as (
            select
                follow_ups.*,
                exits.territory_id,
                exits.worksite_id,
                extract(year from exits.exit_date) as exit_year
            from {{ state.rows(ref('stg_exports__suivi_post_sortie')) }} as follow_ups
            left join {{ state.rows(ref('stg_exports__sorties')) }} as exits
                on follow_ups.pathway_key = exits.pathway_key
        ),

        actions as (
            select
                actions.*,
                pathways.worksite_id as pathway_worksite_id,
                deliveries.pathway_key is not null as is_delivered
            from {{ state.rows(ref('stg_exports__actions')) }} as actions
            left join {{ state.rows(ref('fct_pathways')) }} as pathways on actions.pathway_key = pathways.pathway_key
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
            from {{ state.rows(ref('stg_exports__actions')) }}
            where pathway_key is not null
            group by
                reporting_year, territory_id, worksite_id, pathway_key, action_date,
                domains, action_types, partners, request_reason
        ),

        sessions as (
            select
                *,
                cast(null as string) as worksite_id
            from {{ state.rows(ref('stg_exports__ateliers')) }}
        )

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
        {%- for difficulty in listed_codes('difficulty') %}
        union all
        {{ rows_against(
            'status_without_difficulty', 'sorties', 'exits',
            'not difficulty_' ~ difficulty ~ '_at_entry',
            'difficulte_' ~ difficulty ~ '_sortie',
            'difficulty_' ~ difficulty ~ '_status_at_exit is not null'
            ~ ' and difficulty_' ~ difficulty ~ '_at_entry is not null'
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
            'known_without_contact', 'suivi_post_sortie', 'follow_ups',
            'not was_contacted',
            'contacte',
            'is_stable is not null'
        ) }}
        union all
        {{ rows_against(
            'follow_up_out_of_time', 'suivi_post_sortie', 'follow_ups',
            'reporting_year not between exit_year and exit_year + 1',
            'annee'
        ) }}
        {%- for export, relation in {
            'sorties': 'exits', 'actions': 'actions', 'ateliers': 'sessions', 'suivi_post_sortie': 'follow_ups',
        }.items() %}
        union all
        {{ rows_against('year_ahead', export, relation, 'reporting_year > extract(year from current_date)', 'annee') }}
        {%- endfor %}
    ) as counted_{{ state.name }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
) as counted
group by check_id, export, column_name, reporting_year, territory_id, worksite_id
having sum(rows_looked_at) > 0
