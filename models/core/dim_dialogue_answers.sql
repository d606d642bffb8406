-- What of the rows each line of the form counts: one row per line and answer that counts in it.
select
    line_id,
    population,
    question,
    {{ each_item('answers') }} as answer
from {{ ref('stg_reference__dialogue_lines') }}
where question is not null and answers is not null
