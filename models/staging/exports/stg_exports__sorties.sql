{%- set statuses = ['Résolue', 'En cours de résolution', 'Non résolue', 'Refus accompagnement'] %}
select
    {{ whole_number('annee') }} as reporting_year,
    {{ text('territoire') }} as territory_id,
    {{ text('chantier') }} as worksite_id,
    {{ text('id_parcours') }} as pathway_key,
    {{ iso_date('date_sortie') }} as exit_date,
    {{ text('motif_sortie') }} as exit_reason_code,
    {{ yes_no('fiche_complete') }} as is_form_complete,
    {{ text('logement_sortie') }} as housing_at_exit,
    {{ yes_no('rqth_sortie') }} as rqth_at_exit,
    {{ yes_no('aah_sortie') }} as aah_at_exit,
    {{ yes_no('pension_invalidite_sortie') }} as invalidity_pension_at_exit,
    {{ yes_no('medecin_traitant_sortie') }} as gp_at_exit,
    {{ one_of('couverture_sante_sortie', ['aucune', 'AME', 'base', 'base et complémentaire']) }}
        as health_coverage_at_exit,
    {{ yes_no('bilan_sante') }} as had_health_checkup,
    {{ yes_no('demande_logement_social_sortie') }} as social_housing_request_at_exit,
    {{ yes_no('dalo_daho_sortie') }} as dalo_daho_request_at_exit,
    {{ yes_no('accord_collectif_sortie') }} as collective_agreement_request_at_exit,
    {{ yes_no('relogement_partenariat_convergence') }} as was_rehoused_via_partnership,
    {{ yes_no('prolongation_convergence') }} as has_extension,
    {{ one_of('difficulte_logement_sortie', statuses) }}
        as difficulty_logement_status_at_exit,
    {{ one_of('difficulte_sante_sortie', statuses) }}
        as difficulty_sante_status_at_exit,
    {{ one_of('difficulte_administratif_sortie', statuses) }}
        as difficulty_administratif_status_at_exit,
    {{ one_of('difficulte_illettrisme_linguistique_sortie', statuses) }}
        as difficulty_illettrisme_linguistique_status_at_exit,
    {{ one_of('difficulte_mobilite_sortie', statuses) }}
        as difficulty_mobilite_status_at_exit,
    {{ one_of('difficulte_surendettement_sortie', statuses) }}
        as difficulty_surendettement_status_at_exit,
    {{ one_of('difficulte_disponibilite_sortie', statuses) }}
        as difficulty_disponibilite_status_at_exit,
    {{ one_of('difficulte_justice_sortie', statuses) }}
        as difficulty_justice_status_at_exit,
    {{ yes_no('parcours_soin_sortie') }} as care_pathway_at_exit,
    {{ yes_no('accompagnement_post_sortie') }} as post_exit_support,
    {{ text('fichier_source') }} as source_file,
    {{ text('feuille_source') }} as source_sheet,
    {{ whole_number('ligne_source') }} as source_line,
    {{ unreadable_columns() }} as unreadable_columns
from {{ exported('sorties') }}
