select
    {{ whole_number('annee') }} as reporting_year,
    {{ text('id_action') }} as action_key,
    {{ iso_date('date_action') }} as action_date,
    {{ text('territoire') }} as territory_id,
    {{ text('chantier') }} as worksite_id,
    {{ text('domaine') }} as domains,
    {{ text('types_action') }} as action_types,
    {{ text('id_parcours') }} as pathway_key,
    {{ text('partenaires') }} as partners,
    {{ yes_no('supplee_travailleur_social') }} as stands_in_for_social_worker,
    {{ text('motif_sollicitation') }} as request_reason,
    {{ one_of('experimentation', ['santé mentale']) }} as experiment,
    {{ text('fichier_source') }} as source_file,
    {{ text('feuille_source') }} as source_sheet,
    {{ whole_number('ligne_source') }} as source_line,
    {{ unreadable_columns() }} as unreadable_columns
from {{ exported('actions') }}
