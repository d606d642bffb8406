select
    {{ whole_number('annee') }} as reporting_year,
    {{ text('id_atelier') }} as session_key,
    {{ iso_date('date_atelier') }} as session_date,
    {{ text('territoire') }} as territory_id,
    {{ text('domaine') }} as domains,
    {{ text('theme') }} as session_theme,
    {{ one_of(
        'famille',
        ['analyse de la pratique', 'soutien psychologique', 'actions psychocorporelles', 'addictions', 'sensibilisation et formation']
    ) }} as mental_health_family,
    {{ one_of('public', ['salariés en insertion', 'permanents']) }} as audience,
    {{ whole_number('participants') }} as participant_count,
    {{ text('fichier_source') }} as source_file,
    {{ text('feuille_source') }} as source_sheet,
    {{ whole_number('ligne_source') }} as source_line,
    {{ unreadable_columns() }} as unreadable_columns
from {{ exported('ateliers') }}
