-- Age at entry is between 16 and 80; a delivery that says otherwise is for the worksite to correct.
{{ config(severity='warn') }}
select count(*) as rows_against
from {{ ref('fct_pathways') }}
where extract(year from entry_date) - birth_year not between 16 and 80
having count(*) > 0
