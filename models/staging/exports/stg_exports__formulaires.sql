-- One row per line of a worksite's half-yearly form, as declared; none where no form was taken in.
{{ config(pre_hook="{{ fill_source('declared', 'load_forms') }}") }}
select
    {{ text('chantier') }} as worksite_id,
    {{ iso_date('premier_jour') }} as first_day,
    {{ iso_date('dernier_jour') }} as last_day,
    {{ text('ligne') }} as line_id,
    {{ one_of('etat', ['nombre', 'absent', 'secret', 'non_transmis']) }} as state,
    try_cast({{ text('nombre') }} as double) as number,
    {{ text('fichier_source') }} as source_file,
    {{ text('feuille_source') }} as source_sheet,
    {{ whole_number('ligne_source') }} as source_line
from {{ source('declared', 'formulaires') }}
