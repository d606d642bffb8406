-- Dates follow each other and fall in the year that their row reports on. One row per broken rule.
{{ config(fail_calc='coalesce(sum(rows_against), 0)') }}
{%- set year = whole_number('annee') %}
{#- the latest delivery of a pathway says when it began -#}
{%- set too_early %}
(
    select exits.pathway_key
    from {{ ref('stg_exports__sorties') }} as exits
    inner join {{ ref('stg_exports__salaries') }} as deliveries on exits.pathway_key = deliveries.pathway_key
    group by exits.pathway_key, exits.exit_date
    having exits.exit_date < max_by(deliveries.entry_date, deliveries.reporting_year)
)
{%- endset %}
{{ wrong_rows(exported('sorties'), [
    ('extract(year from ' ~ iso_date('date_sortie') ~ ') != ' ~ year, "'date_sortie: not in the year of annee'"),
    (text('id_parcours') ~ ' in ' ~ too_early, "'date_sortie: before date_entree in " ~ file_name(exported('salaries')) ~ "'"),
]) }}
union all
{{ wrong_rows(exported('salaries'), [
    ('extract(year from ' ~ iso_date('date_entree') ~ ') > ' ~ year, "'date_entree: after the year of annee'"),
]) }}
union all
{{ wrong_rows(exported('actions'), [
    ('extract(year from ' ~ iso_date('date_action') ~ ') != ' ~ year, "'date_action: not in the year of annee'"),
]) }}
union all
{{ wrong_rows(exported('ateliers'), [
    ('extract(year from ' ~ iso_date('date_atelier') ~ ') != ' ~ year, "'date_atelier: not in the year of annee'"),
]) }}
