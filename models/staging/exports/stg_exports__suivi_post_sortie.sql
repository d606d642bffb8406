select
    {{ whole_number('annee') }} as reporting_year,
    {{ text('id_parcours') }} as pathway_key,
    {{ one_of('volet', ['emploi', 'logement']) }} as follow_up_strand,
    {{ yes_no('contacte') }} as was_contacted,
    {{ yes_no('situation_stable') }} as is_stable,
    {{ text('fichier_source') }} as source_file,
    {{ text('feuille_source') }} as source_sheet,
    {{ whole_number('ligne_source') }} as source_line,
    {{ unreadable_columns() }} as unreadable_columns
from {{ exported('suivi_post_sortie') }}
