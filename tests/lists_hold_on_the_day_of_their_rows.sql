-- What an exit or a pathway names is in its list on its day: a line that holds on other days alone would leave it without
-- a category or a group, and nobody would see it.
{{ config(fail_calc='coalesce(sum(rows_against), 0)') }}
{%- set lists = [
    ('sorties', 'motif_sortie', 'date_sortie', 'exit_reasons', 'exit_reason_code'),
    ('sorties', 'logement_sortie', 'date_sortie', 'housing_types', 'housing_type'),
    ('salaries', 'logement_entree', 'date_entree', 'housing_types', 'housing_type'),
    ('salaries', 'orienteur', 'date_entree', 'referrers', 'referrer'),
] %}
{%- for name, column, day, list, code in lists %}
{%- set file = exported(name) %}
select
    '{{ file_name(file) }}: {{ column }}: is in {{ list }}.csv, but not on {{ day }}; '
    || 'correct it, or the days there' as rule,
    count(*) as rows_against,
    min(line_in_file) as first_line
from (
    select
        read_rows.line_in_file,
        bool_or({{ valid_on('listed', 'read_rows.day') }}) as holds
    from (
        select
            line_in_file,
            {{ text(column) }} as code,
            {{ iso_date(day) }} as day
        from {{ file }}
    ) as read_rows
    inner join {{ ref('stg_reference__' ~ list) }} as listed on read_rows.code = listed.{{ code }}
    group by read_rows.line_in_file
) as judged
where not holds
having count(*) > 0
{{ 'union all' if not loop.last }}
{%- endfor %}
