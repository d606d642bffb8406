-- Age at entry is between 16 and 80; a delivery that says otherwise is for the worksite to correct.
{{ config(severity='warn', fail_calc='coalesce(sum(rows_against), 0)') }}
{%- set age = 'extract(year from ' ~ iso_date('date_entree') ~ ') - ' ~ whole_number('annee_naissance') %}
{{ wrong_rows(exported('salaries'), [
    (age ~ ' not between 16 and 80', "'annee_naissance: not 16 to 80 years before date_entree'"),
]) }}
